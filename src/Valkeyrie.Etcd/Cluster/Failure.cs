using System.Net.Sockets;
using Valkeyrie.Engine.Http;

namespace Valkeyrie.Etcd.Cluster;

/// <summary>A failed attempt at one of etcd's APIs.</summary>
/// <param name="Error">The error for the caller.</param>
internal sealed record Failure(KvException Error) : CallFailure(Error)
{
    /// <summary>The name of both etcd APIs in messages.</summary>
    public const string Spoken = "etcd's protocol";

    /// <summary>True if the endpoint refused this kind of call, without an effect.</summary>
    public bool CannotServe { get; init; }

    /// <inheritdoc/>
    public override bool IsFutile => CannotServe || base.IsFutile;

    /// <summary>True if the server refused the token, without an effect.</summary>
    public bool TokenRefused { get; init; }

    /// <summary>Classifies a failure below both APIs.</summary>
    public static new Failure Of(Exception e, in FailedCall call) => e switch
    {
        ConnectException connect => NotReached(connect.Reason, e, call),
        OperationCanceledException when call.TimedOut => TimedOut(e, call),
        TimeoutException => TimedOut(e, call with { Unsent = true }),
        IOException or SocketException or ObjectDisposedException => Lost(e, call),
        _ => Protocol(e, e.Message, call),
    };

    /// <summary>Creates the failure of a call without a connection.</summary>
    public static Failure NotReached(KvUnreachableReason reason, Exception e, in FailedCall call) =>
        new(NotReachedError(reason, e, call, "If the server does not use TLS, connect with http.")) { NoConnection = true, MayPass = true, EndpointFailed = true };

    /// <summary>Creates the failure of a call whose connection broke.</summary>
    /// <param name="e">The cause.</param>
    /// <param name="call">The call.</param>
    /// <param name="how">More details, as a sentence that starts with a space.</param>
    public static Failure Lost(Exception e, in FailedCall call, string how = "") => new(LostError(e, call, how)) { MayPass = true, EndpointFailed = true };

    /// <summary>Creates the failure of a call to a server that is not etcd, or is not healthy.</summary>
    /// <param name="e">The cause.</param>
    /// <param name="detail">The problem, as a sentence.</param>
    /// <param name="call">The call.</param>
    /// <param name="notSent">True if the call was not sent.</param>
    public static Failure Protocol(Exception e, string detail, in FailedCall call, bool notSent = false) => new(new KvUnreachableException(
        KvUnreachableReason.Protocol,
        $"The server at {call.Endpoint} does not speak {call.Protocol}: {detail} Check host and port; a server with TLS needs https.",
        e) { Key = call.Key, Endpoint = call.Endpoint, NotSent = notSent })
        { MayPass = true, EndpointFailed = true };

    private static Failure TimedOut(Exception e, in FailedCall call) => new(TimeoutError(e, call)) { MayPass = true, EndpointFailed = true };
}
