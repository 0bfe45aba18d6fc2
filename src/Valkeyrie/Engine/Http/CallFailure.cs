using System.Net.Sockets;

namespace Valkeyrie.Engine.Http;

/// <summary>A failed attempt: its error, and the possible reactions.</summary>
/// <param name="Error">The error for the caller.</param>
public record CallFailure(KvException Error)
{
    /// <summary>True if the request provably reached no server that acts on it.</summary>
    public bool NotSent { get; init; } = Error.NotSent;

    /// <summary>True if no connection was established.</summary>
    public bool NoConnection { get; init; }

    /// <summary>True if another attempt or another endpoint may succeed.</summary>
    public bool MayPass { get; init; }

    /// <summary>True if the endpoint should be avoided for a while.</summary>
    public bool EndpointFailed { get; init; }

    /// <summary>True if an immediate retry at the same endpoint is useless: nothing answers there, or another program.</summary>
    public virtual bool IsFutile => NoConnection || Error is KvUnreachableException { Reason: KvUnreachableReason.Protocol };

    /// <summary>True if the connection broke.</summary>
    public bool IsLost => Error is KvUnreachableException { Reason: KvUnreachableReason.ConnectionLost };

    /// <summary>Classifies a failure of the transport.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="call">The call that failed.</param>
    public static CallFailure Of(Exception e, in FailedCall call) => e switch
    {
        _ when Cause<ConnectException>(e) is { } connect => NotReached(connect, call),
        OperationCanceledException when call.TimedOut => TimedOut(e, call),
        _ when Cause<TimeoutException>(e) is not null => TimedOut(e, call with { Unsent = true }),
        ReplyException => Protocol(e, e.Message, call),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } or HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse } =>
            Protocol(e, Sentence(e.InnerException ?? e), call),
        HttpRequestException or IOException or SocketException or ObjectDisposedException => Lost(e, call),
        _ => Protocol(e, Sentence(e), call),
    };

    /// <summary>Returns the first exception of a type: the failure itself or one of its causes.</summary>
    /// <param name="e">The failure; null for none.</param>
    public static T? Cause<T>(Exception? e)
        where T : Exception
    {
        while (e is not null and not T)
        {
            e = e.InnerException;
        }

        return e as T;
    }

    /// <summary>Creates the error of a call for which no connection was established.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="e">The failure.</param>
    /// <param name="call">The call.</param>
    /// <param name="withoutTls">What to do if the server does not use TLS, as a sentence.</param>
    protected static KvUnreachableException NotReachedError(KvUnreachableReason reason, Exception e, in FailedCall call, string withoutTls)
    {
        ArgumentNullException.ThrowIfNull(e);
        var message = reason switch
        {
            KvUnreachableReason.NameNotFound => $"The host name of {call.Endpoint} could not be found. Check its spelling and the name service.",
            KvUnreachableReason.Tls when Cause<CertificateRefusedException>(e) is { } certificate => $"The TLS connection to {call.Endpoint} was refused by this client: {certificate.Message}.",
            KvUnreachableReason.Tls => $"The TLS handshake with {call.Endpoint} failed: {Sentence(e)} {withoutTls}",
            _ => $"No connection to {call.Endpoint}: {Sentence(e)} Check that the server runs and that the port is right.",
        };
        return new(reason, message, e) { Key = call.Key, Endpoint = call.Endpoint, NotSent = true };
    }

    /// <summary>Creates the error of a call whose connection broke.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="call">The call.</param>
    /// <param name="how">More details, as a sentence that starts with a space.</param>
    protected static KvUnreachableException LostError(Exception e, in FailedCall call, string how = "") => new(
        KvUnreachableReason.ConnectionLost,
        $"The connection to {call.Endpoint} broke {(call.Unsent ? "before the call was sent" : "during the call")}.{how}{call.Doubt}",
        e) { Key = call.Key, Endpoint = call.Endpoint, NotSent = call.Unsent };

    /// <summary>Creates the error of a call whose time was up.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="call">The call.</param>
    protected static KvTimeoutException TimeoutError(Exception e, in FailedCall call) => new(
        $"{(call.Unsent ? $"The call could not be sent to {call.Endpoint}" : $"{call.Endpoint} did not answer")} within the timeout of {call.Timeout.TotalSeconds:0.###} s.{call.Doubt}", e)
        { Key = call.Key, Endpoint = call.Endpoint, NotSent = call.Unsent };

    private static CallFailure NotReached(ConnectException e, in FailedCall call) =>
        new(NotReachedError(e.Reason, e, call, "If the server does not use TLS, connect without it.")) { NoConnection = true, MayPass = true, EndpointFailed = true };

    private static CallFailure Lost(Exception e, in FailedCall call) => new(LostError(e, call)) { MayPass = true, EndpointFailed = true };

    private static CallFailure TimedOut(Exception e, in FailedCall call) => new(TimeoutError(e, call)) { MayPass = true, EndpointFailed = true };

    private static CallFailure Protocol(Exception e, string detail, in FailedCall call) => new(new KvUnreachableException(
        KvUnreachableReason.Protocol,
        $"The server at {call.Endpoint} does not speak {call.Protocol}: {detail}{call.Doubt} Check host and port; a server with TLS needs the scheme for TLS.",
        e) { Key = call.Key, Endpoint = call.Endpoint, NotSent = call.Unsent })
        { MayPass = true, EndpointFailed = true };

    private static string Sentence(Exception e)
    {
        var message = e.Message.TrimEnd();
        return message.EndsWith('.') ? message : message + ".";
    }
}
