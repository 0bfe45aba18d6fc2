using System.Net.Sockets;
using Google.Protobuf;
using Valkeyrie.Etcd.Transport.Http2;

namespace Valkeyrie.Etcd.Transport;

/// <summary>A failed attempt: what the caller is to be told, and what may be done about it.</summary>
/// <param name="Error">What the caller is told.</param>
internal sealed record Failure(KvException Error)
{
    /// <summary>True if the request provably did not reach a server.</summary>
    public bool NotSent { get; init; } = Error.NotSent;

    /// <summary>True if no connection was made.</summary>
    public bool NoConnection { get; init; }

    /// <summary>True if asking the same endpoint again at once is of no use: nothing is there, or something else.</summary>
    public bool IsFutile => NoConnection || Error is KvUnreachableException { Reason: KvUnreachableReason.Protocol };

    /// <summary>True if the connection broke.</summary>
    public bool IsLost => Error is KvUnreachableException { Reason: KvUnreachableReason.ConnectionLost };

    /// <summary>True if another attempt, or another endpoint, may fare better.</summary>
    public bool MayPass { get; init; }

    /// <summary>True if the endpoint should rest for a while.</summary>
    public bool EndpointFailed { get; init; }

    /// <summary>True if the server refused the token and did nothing.</summary>
    public bool TokenRefused { get; init; }

    public static Failure Of(Exception e, Endpoint endpoint, string? key, bool timedOut, TimeSpan timeout) => e switch
    {
        GrpcException refused => EtcdErrors.Of(refused.Status, endpoint.Name, key),
        GrpcMessageTooLargeException tooLarge => new(new KvQuotaExceededException(
            $"The reply of {endpoint.Name} has {tooLarge.Length} bytes, more than the {GrpcChannel.MaxReplyLength} that are taken. Ask for less at once.")
            { Key = key, Endpoint = endpoint.Name }),
        GrpcProtocolException or InvalidProtocolBufferException => Protocol(e, e.Message, endpoint, key),
        OperationCanceledException when timedOut => TimedOut(e, endpoint, key, timeout),
        TimeoutException => TimedOut(e, endpoint, key, timeout),
        Http2ConnectException { Reason: KvUnreachableReason.Protocol } => Protocol(e, e.Message, endpoint, key, notSent: true) with { NoConnection = true },
        Http2ConnectException connect => NotReached(connect, endpoint, key),
        Http2ProtocolException => Protocol(e, e.Message + ".", endpoint, key),
        Http2ResetException reset => OfReset(reset, endpoint, key),
        Http2ConnectionLostException lost => Lost(e, endpoint, key, lost.NotSent),
        IOException or SocketException or ObjectDisposedException => Lost(e, endpoint, key),
        _ => Protocol(e, e.Message, endpoint, key),
    };

    private static Failure OfReset(Http2ResetException e, Endpoint endpoint, string? key) => e.Error switch
    {
        Http2Error.RefusedStream => Lost(e, endpoint, key, notSent: true),
        Http2Error.NoError or Http2Error.Cancel or Http2Error.EnhanceYourCalm or Http2Error.InternalError => Lost(e, endpoint, key),
        _ => Protocol(e, e.Message, endpoint, key),
    };

    private static Failure NotReached(Http2ConnectException e, Endpoint endpoint, string? key) => NotReached(
        e.Reason,
        e.Reason switch
        {
            KvUnreachableReason.NameNotFound => $"The host name of {endpoint.Name} could not be found. Check its spelling and the name service.",
            KvUnreachableReason.Tls when Cause<CertificateRefusedException>(e) is { } certificate => $"The TLS connection to {endpoint.Name} was refused here: {certificate.Message}.",
            KvUnreachableReason.Tls => $"The TLS handshake with {endpoint.Name} failed: {Sentence(e)} If it does not use TLS, connect with http.",
            _ => $"No connection to {endpoint.Name}: {Sentence(e)} Check that the server runs and that the port is right.",
        },
        e,
        endpoint,
        key);

    private static Failure NotReached(KvUnreachableReason reason, string message, Exception e, Endpoint endpoint, string? key) =>
        new(new KvUnreachableException(reason, message, e) { Key = key, Endpoint = endpoint.Name, NotSent = true })
            { NoConnection = true, MayPass = true, EndpointFailed = true };

    private static Failure Lost(Exception e, Endpoint endpoint, string? key, bool notSent = false) => new(new KvUnreachableException(
        KvUnreachableReason.ConnectionLost,
        $"The connection to {endpoint.Name} broke {(notSent ? "before the call was taken; nothing was written" : "during the call; a write may have been made")}.",
        e) { Key = key, Endpoint = endpoint.Name, NotSent = notSent })
        { MayPass = true, EndpointFailed = true };

    private static Failure Protocol(Exception e, string detail, Endpoint endpoint, string? key, bool notSent = false) => new(new KvUnreachableException(
        KvUnreachableReason.Protocol,
        $"What answers at {endpoint.Name} does not speak etcd's protocol: {detail} Check host and port; a server that uses TLS needs https.",
        e) { Key = key, Endpoint = endpoint.Name, NotSent = notSent })
        { MayPass = true, EndpointFailed = true };

    private static Failure TimedOut(Exception e, Endpoint endpoint, string? key, TimeSpan timeout)
    {
        var connecting = e is TimeoutException;
        var what = connecting ? "could not be connected to" : "did not answer";
        return new(new KvTimeoutException(
            $"{endpoint.Name} {what} in time; calls end after {timeout.TotalSeconds:0.###} s.{(connecting ? "" : " A write may have been made.")}", e)
            { Key = key, Endpoint = endpoint.Name, NotSent = connecting })
            { MayPass = true, EndpointFailed = true };
    }

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
