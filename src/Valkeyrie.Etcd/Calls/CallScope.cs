using Valkeyrie.Engine.Http;
using Valkeyrie.Etcd.Cluster;
using Valkeyrie.Etcd.Grpc;

namespace Valkeyrie.Etcd.Calls;

/// <summary>The endpoint and the caller of an attempt, with everything that the report of its failure needs.</summary>
/// <param name="End">Determines why a call ended early.</param>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Method">The method.</param>
/// <param name="Key">The key of the call; null for none.</param>
/// <param name="Timeout">The timeout of the call.</param>
/// <param name="Caller">The caller's token.</param>
internal readonly record struct CallScope(
    CallEnd End, ConnectedEndpoint Endpoint, GrpcMethod Method, string? Key, TimeSpan Timeout, CancellationToken Caller)
{
    /// <summary>Classifies the failure of the attempt. The endpoint rests if it caused the failure.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="isStarted">True if a connection had accepted the call.</param>
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

    /// <summary>Returns the error for the caller.</summary>
    public Exception ErrorOf(Exception e, bool isStarted)
    {
        var failure = FailureOf(e, isStarted);
        return End.ErrorOf(e, Caller) ?? failure.Error;
    }
}
