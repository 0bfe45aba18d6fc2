using System.Net.Sockets;
using Valkeyrie.Engine.Http;

namespace Valkeyrie.Etcd.Cluster;

/// <summary>A failed attempt: what the caller is to be told, and what may be done about it.</summary>
/// <param name="Error">What the caller is told.</param>
internal sealed record Failure(KvException Error)
{
    /// <summary>What errors call both of etcd's APIs.</summary>
    public const string Spoken = "etcd's protocol";

    /// <summary>True if the request provably did not reach a server.</summary>
    public bool NotSent { get; init; } = Error.NotSent;

    /// <summary>True if no connection was made.</summary>
    public bool NoConnection { get; init; }

    /// <summary>True if the endpoint said that it does no such calls, and did nothing.</summary>
    public bool CannotServe { get; init; }

    /// <summary>True if asking the same endpoint again at once is of no use: nothing is there, or something else.</summary>
    public bool IsFutile => NoConnection || CannotServe || Error is KvUnreachableException { Reason: KvUnreachableReason.Protocol };

    /// <summary>True if the connection broke.</summary>
    public bool IsLost => Error is KvUnreachableException { Reason: KvUnreachableReason.ConnectionLost };

    /// <summary>True if another attempt, or another endpoint, may fare better.</summary>
    public bool MayPass { get; init; }

    /// <summary>True if the endpoint should rest for a while.</summary>
    public bool EndpointFailed { get; init; }

    /// <summary>True if the server refused the token and did nothing.</summary>
    public bool TokenRefused { get; init; }

    /// <summary>The failure of a call by what went wrong below both APIs.</summary>
    public static Failure Of(Exception e, in FailedCall call) => e switch
    {
        ConnectException connect => NotReached(connect.Reason, e, call),
        OperationCanceledException when call.TimedOut => TimedOut(e, call),
        TimeoutException => TimedOut(e, call with { Unsent = true }),
        IOException or SocketException or ObjectDisposedException => Lost(e, call),
        _ => Protocol(e, e.Message, call),
    };

    /// <summary>No connection was made.</summary>
    public static Failure NotReached(KvUnreachableReason reason, Exception e, in FailedCall call)
    {
        var message = reason switch
        {
            KvUnreachableReason.NameNotFound => $"The host name of {call.Endpoint} could not be found. Check its spelling and the name service.",
            KvUnreachableReason.Tls when Cause<CertificateRefusedException>(e) is { } certificate => $"The TLS connection to {call.Endpoint} was refused here: {certificate.Message}.",
            KvUnreachableReason.Tls => $"The TLS handshake with {call.Endpoint} failed: {Sentence(e)} If it does not use TLS, connect with http.",
            _ => $"No connection to {call.Endpoint}: {Sentence(e)} Check that the server runs and that the port is right.",
        };
        return new(new KvUnreachableException(reason, message, e) { Key = call.Key, Endpoint = call.Endpoint, NotSent = true })
            { NoConnection = true, MayPass = true, EndpointFailed = true };
    }

    /// <summary>The connection broke.</summary>
    /// <param name="e">The cause.</param>
    /// <param name="call">The call.</param>
    /// <param name="how">What is known of it, as a sentence behind a blank.</param>
    public static Failure Lost(Exception e, in FailedCall call, string how = "") => new(new KvUnreachableException(
        KvUnreachableReason.ConnectionLost,
        $"The connection to {call.Endpoint} broke {(call.Unsent ? "before the call was sent" : "during the call")}.{how}{call.Doubt}",
        e)
        { Key = call.Key, Endpoint = call.Endpoint, NotSent = call.Unsent })
        { MayPass = true, EndpointFailed = true };

    /// <summary>What answered is no etcd, or not in order.</summary>
    /// <param name="e">The cause.</param>
    /// <param name="detail">What is wrong, as a sentence.</param>
    /// <param name="call">The call.</param>
    /// <param name="notSent">True if the call was not sent.</param>
    public static Failure Protocol(Exception e, string detail, in FailedCall call, bool notSent = false) => new(new KvUnreachableException(
        KvUnreachableReason.Protocol,
        $"What answers at {call.Endpoint} does not speak {call.Protocol}: {detail} Check host and port; a server that uses TLS needs https.",
        e) { Key = call.Key, Endpoint = call.Endpoint, NotSent = notSent })
        { MayPass = true, EndpointFailed = true };

    private static Failure TimedOut(Exception e, in FailedCall call) => new(new KvTimeoutException(
        $"{call.Endpoint} {(call.Unsent ? "could not be sent the call" : "did not answer")} in time; calls end after {call.Timeout.TotalSeconds:0.###} s.{call.Doubt}", e)
        { Key = call.Key, Endpoint = call.Endpoint, NotSent = call.Unsent })
        { MayPass = true, EndpointFailed = true };

    private static T? Cause<T>(Exception? e) where T : Exception
    {
        while (e is not null and not T)
        {
            e = e.InnerException;
        }

        return e as T;
    }

    private static string Sentence(Exception e)
    {
        var message = e.Message.TrimEnd();
        return message.EndsWith('.') ? message : message + ".";
    }
}
