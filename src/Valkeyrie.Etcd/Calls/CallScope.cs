using Valkeyrie.Engine.Http;
using Valkeyrie.Etcd.Cluster;
using Valkeyrie.Etcd.Grpc;

namespace Valkeyrie.Etcd.Calls;

/// <summary>Where an attempt of a call goes and who made it: everything that the report of its failure needs.</summary>
/// <param name="End">Tells why a call ended early.</param>
/// <param name="Endpoint">Where it goes.</param>
/// <param name="Method">The method.</param>
/// <param name="Key">The key that it is about; null for none.</param>
/// <param name="Timeout">How long it may take.</param>
/// <param name="Caller">The caller's token.</param>
internal readonly record struct CallScope(
    CallEnd End, ConnectedEndpoint Endpoint, GrpcMethod Method, string? Key, TimeSpan Timeout, CancellationToken Caller)
{
    /// <summary>The failure of the attempt. Has the endpoint rest where that is to blame.</summary>
    /// <param name="e">What went wrong.</param>
    /// <param name="isStarted">True if a connection had taken the call.</param>
    public Failure FailureOf(Exception e, bool isStarted)
    {
        var failure = CallFailures.Of(e, new FailedCall(Failure.Spoken, Endpoint.Name, Key, Method.IsRepeatable)
        {
            Timeout = Timeout,
            TimedOut = End.IsTimeout(e, Caller),
            Unsent = !isStarted,
        });
        if (failure.EndpointFailed)
        {
            Endpoint.Failed();
        }

        return failure;
    }

    /// <summary>The error for the caller.</summary>
    public Exception ErrorOf(Exception e, bool isStarted)
    {
        var failure = FailureOf(e, isStarted);
        return End.ErrorOf(e, Caller) ?? failure.Error;
    }
}
