using System.Net.Sockets;
using Valkeyrie.Engine.Http;

namespace Valkeyrie.Etcd.Cluster;

/// <summary>A failed attempt at one of etcd's APIs.</summary>
/// <param name="Error">The error for the caller.</param>
internal sealed record Failure(KvException Error) : CallFailure(Error)
{
    /// <summary>What errors call both of etcd's APIs.</summary>
    public const string Spoken = "etcd's protocol";

    /// <summary>True if the endpoint said that it does no such calls, and did nothing.</summary>
    public bool CannotServe { get; init; }

    /// <inheritdoc/>
    public override bool IsFutile => CannotServe || base.IsFutile;

    /// <summary>True if the server refused the token and did nothing.</summary>
    public bool TokenRefused { get; init; }

    /// <summary>The failure of a call by what went wrong below both APIs.</summary>
    public static new Failure Of(Exception e, in FailedCall call) => e switch
    {
        ConnectException connect => NotReached(connect.Reason, e, call),
        OperationCanceledException when call.TimedOut => TimedOut(e, call),
        TimeoutException => TimedOut(e, call with { Unsent = true }),
        IOException or SocketException or ObjectDisposedException => Lost(e, call),
        _ => Protocol(e, e.Message, call),
    };

    /// <summary>No connection was made.</summary>
    public static Failure NotReached(KvUnreachableReason reason, Exception e, in FailedCall call) =>
        new(NotReachedError(reason, e, call, "If the server does not use TLS, connect with http.")) { NoConnection = true, MayPass = true, EndpointFailed = true };

    /// <summary>The connection broke.</summary>
    /// <param name="e">The cause.</param>
    /// <param name="call">The call.</param>
    /// <param name="how">What is known of it, as a sentence behind a blank.</param>
    public static Failure Lost(Exception e, in FailedCall call, string how = "") => new(LostError(e, call, how)) { MayPass = true, EndpointFailed = true };

    /// <summary>The server is not an etcd, or is not healthy.</summary>
    /// <param name="e">The cause.</param>
    /// <param name="detail">What is wrong, as a sentence.</param>
    /// <param name="call">The call.</param>
    /// <param name="notSent">True if the call was not sent.</param>
    public static Failure Protocol(Exception e, string detail, in FailedCall call, bool notSent = false) => new(new KvUnreachableException(
        KvUnreachableReason.Protocol,
        $"The server at {call.Endpoint} does not speak {call.Protocol}: {detail} Check host and port; a server with TLS needs https.",
        e) { Key = call.Key, Endpoint = call.Endpoint, NotSent = notSent })
        { MayPass = true, EndpointFailed = true };

    private static Failure TimedOut(Exception e, in FailedCall call) => new(TimeoutError(e, call)) { MayPass = true, EndpointFailed = true };
}
