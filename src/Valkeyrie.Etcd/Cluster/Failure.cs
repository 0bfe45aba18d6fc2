using System.Net.Sockets;
using Google.Protobuf;
using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Cluster;

/// <summary>A failed attempt: what the caller is to be told, and what may be done about it.</summary>
/// <param name="Error">What the caller is told.</param>
internal sealed record Failure(KvException Error)
{
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

    public static Failure Of(Exception e, in FailedCall call) => e switch
    {
        GrpcException refused => EtcdErrors.Of(refused.Status, call),
        GrpcMessageTooLargeException tooLarge => new(new KvQuotaExceededException(
            $"The reply of {call.Endpoint} has {tooLarge.Length} bytes, more than the {GrpcChannel.MaxReplyLength} that are taken. Ask for less at once.")
            { Key = call.Key, Endpoint = call.Endpoint }),
        GrpcProtocolException or InvalidProtocolBufferException => Protocol(e, e.Message, call),
        OperationCanceledException when call.TimedOut => TimedOut(e, call),
        TimeoutException => TimedOut(e, call with { Unsent = true }),
        Http2ConnectException { Reason: KvUnreachableReason.Protocol } => Protocol(e, e.Message, call, notSent: true) with { NoConnection = true },
        Http2ConnectException connect => NotReached(connect, call),
        Http2ProtocolException => Protocol(e, e.Message + ".", call),
        Http2ResetException reset => OfReset(reset, call),
        Http2ConnectionLostException lost => Lost(e, call with { Unsent = lost.NotSent || call.Unsent }, " " + e.Message),
        IOException or SocketException or ObjectDisposedException => Lost(e, call),
        _ => Protocol(e, e.Message, call),
    };

    private static Failure OfReset(Http2ResetException e, in FailedCall call) => e.Error switch
    {
        Http2Error.RefusedStream => Lost(e, call with { Unsent = true }),
        Http2Error.NoError or Http2Error.Cancel or Http2Error.EnhanceYourCalm or Http2Error.InternalError => Lost(e, call),
        _ => Protocol(e, e.Message, call),
    };

    private static Failure NotReached(Http2ConnectException e, in FailedCall call)
    {
        var message = e.Reason switch
        {
            KvUnreachableReason.NameNotFound => $"The host name of {call.Endpoint} could not be found. Check its spelling and the name service.",
            KvUnreachableReason.Tls when Cause<CertificateRefusedException>(e) is { } certificate => $"The TLS connection to {call.Endpoint} was refused here: {certificate.Message}.",
            KvUnreachableReason.Tls => $"The TLS handshake with {call.Endpoint} failed: {Sentence(e)} If it does not use TLS, connect with http.",
            _ => $"No connection to {call.Endpoint}: {Sentence(e)} Check that the server runs and that the port is right.",
        };
        return new(new KvUnreachableException(e.Reason, message, e) { Key = call.Key, Endpoint = call.Endpoint, NotSent = true })
            { NoConnection = true, MayPass = true, EndpointFailed = true };
    }

    private static Failure Lost(Exception e, in FailedCall call, string how = "") => new(new KvUnreachableException(
        KvUnreachableReason.ConnectionLost,
        $"The connection to {call.Endpoint} broke {(call.Unsent ? "before the call was sent" : "during the call")}.{how}{call.Doubt}",
        e)
        { Key = call.Key, Endpoint = call.Endpoint, NotSent = call.Unsent })
        { MayPass = true, EndpointFailed = true };

    private static Failure Protocol(Exception e, string detail, in FailedCall call, bool notSent = false) => new(new KvUnreachableException(
        KvUnreachableReason.Protocol,
        $"What answers at {call.Endpoint} does not speak etcd's protocol: {detail} Check host and port; a server that uses TLS needs https.",
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
