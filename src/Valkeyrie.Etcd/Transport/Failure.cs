using System.Net.Sockets;
using System.Security.Authentication;
using Google.Protobuf;

namespace Valkeyrie.Etcd.Transport;

/// <summary>A failed attempt: what the caller is to be told, and what may be done about it.</summary>
/// <param name="Error">What the caller is told.</param>
internal sealed record Failure(KvException Error)
{
    /// <summary>True if the request provably did not reach a server.</summary>
    public bool NotSent { get; init; }

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
        HttpRequestException http => OfHttp(http, endpoint, key),
        HttpIOException io => OfHttp(new HttpRequestException(io.HttpRequestError, io.Message, io), endpoint, key),
        IOException or SocketException or ObjectDisposedException => Lost(e, endpoint, key),
        _ => Protocol(e, e.Message, endpoint, key),
    };

    private static Failure OfHttp(HttpRequestException e, Endpoint endpoint, string? key)
    {
        if (Cause<CertificateRefusedException>(e) is { } certificate)
        {
            return NotReached(KvUnreachableReason.Tls, $"The TLS connection to {endpoint.Name} was refused here: {certificate.Message}.", e, endpoint, key);
        }

        return e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => NotReached(
                KvUnreachableReason.NameNotFound, $"The host name of {endpoint.Name} could not be found. Check its spelling and the name service.", e, endpoint, key),
            HttpRequestError.ConnectionError => NotReached(
                KvUnreachableReason.ConnectionFailed, $"No connection to {endpoint.Name}: {Innermost(e)} Check that the server runs and that the port is right.", e, endpoint, key),
            HttpRequestError.SecureConnectionError => NotReached(
                KvUnreachableReason.Tls, $"The TLS handshake with {endpoint.Name} failed: {Innermost(e)} If it does not use TLS, connect with http.", e, endpoint, key),
            HttpRequestError.VersionNegotiationError => Protocol(e, "it does not speak HTTP/2.", endpoint, key),
            HttpRequestError.HttpProtocolError when Cause<HttpProtocolException>(e) is { } reset => OfReset(reset, endpoint, key),
            HttpRequestError.HttpProtocolError or HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => Protocol(e, Innermost(e), endpoint, key),
            _ when Cause<AuthenticationException>(e) is not null => NotReached(
                KvUnreachableReason.Tls, $"The TLS handshake with {endpoint.Name} failed: {Innermost(e)}", e, endpoint, key),
            _ => Lost(e, endpoint, key),
        };
    }

    // RFC 9113, section 7: the error codes of RST_STREAM and GOAWAY.
    private static Failure OfReset(HttpProtocolException e, Endpoint endpoint, string? key)
    {
        const long refusedStream = 0x7;
        const long noError = 0x0;
        const long cancel = 0x8;
        const long enhanceYourCalm = 0xB;
        return e.ErrorCode switch
        {
            refusedStream => Lost(e, endpoint, key) with { NotSent = true },
            noError or cancel or enhanceYourCalm => Lost(e, endpoint, key),
            _ => Protocol(e, e.Message, endpoint, key),
        };
    }

    private static Failure NotReached(KvUnreachableReason reason, string message, Exception e, Endpoint endpoint, string? key) =>
        new(new KvUnreachableException(reason, message, e) { Key = key, Endpoint = endpoint.Name }) { NotSent = true, MayPass = true, EndpointFailed = true };

    private static Failure Lost(Exception e, Endpoint endpoint, string? key) => new(new KvUnreachableException(
        KvUnreachableReason.ConnectionLost, $"The connection to {endpoint.Name} broke during the call; a write may have been made.", e) { Key = key, Endpoint = endpoint.Name })
        { MayPass = true, EndpointFailed = true };

    private static Failure Protocol(Exception e, string detail, Endpoint endpoint, string? key) => new(new KvUnreachableException(
        KvUnreachableReason.Protocol,
        $"What answers at {endpoint.Name} does not speak etcd's protocol: {detail} Check host and port; a server that uses TLS needs https.",
        e) { Key = key, Endpoint = endpoint.Name })
        { MayPass = true, EndpointFailed = true };

    private static Failure TimedOut(Exception e, Endpoint endpoint, string? key, TimeSpan timeout)
    {
        // The platform reports its own connect timeout as a cancellation caused by a TimeoutException.
        var connecting = Cause<TimeoutException>(e) is not null;
        var what = connecting ? "could not be connected to" : "did not answer";
        return new(new KvTimeoutException(
            $"{endpoint.Name} {what} in time; calls end after {timeout.TotalSeconds:0.###} s.{(connecting ? "" : " A write may have been made.")}", e)
            { Key = key, Endpoint = endpoint.Name })
            { NotSent = connecting, MayPass = true, EndpointFailed = true };
    }

    private static T? Cause<T>(Exception? e) where T : Exception
    {
        while (e is not null and not T)
        {
            e = e.InnerException;
        }

        return e as T;
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is not null)
        {
            e = e.InnerException;
        }

        var message = e.Message.TrimEnd();
        return message.EndsWith('.') ? message : message + ".";
    }
}
