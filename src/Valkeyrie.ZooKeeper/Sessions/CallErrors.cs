namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>Creates the errors of failed calls.</summary>
/// <param name="address">The store, if the failing member is not known.</param>
/// <param name="timeout">The timeout of calls.</param>
internal sealed class CallErrors(string address, TimeSpan timeout)
{
    /// <summary>Creates the error of a failed call.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="key">The key of the call; null for none.</param>
    /// <param name="repeatable">True if the call changes nothing.</param>
    public KvException Of(SessionException e, string? key, bool repeatable)
    {
        var endpoint = e.Endpoint ?? address;
        return e.Kind switch
        {
            FailureKind.NameNotFound => Unreachable(
                KvUnreachableReason.NameNotFound, $"The host name of {endpoint} could not be found. Check its spelling and the name service.", notSent: true),
            FailureKind.NotConnected => Unreachable(
                KvUnreachableReason.ConnectionFailed, $"No connection to {endpoint}: {e.Message} Check that the server runs and that the port is right.", notSent: true),
            FailureKind.Tls => Unreachable(KvUnreachableReason.Tls, $"The TLS connection to {endpoint} failed: {e.Message}", notSent: true),
            FailureKind.Protocol => Unreachable(
                KvUnreachableReason.Protocol,
                $"The server at {endpoint} does not speak ZooKeeper's protocol: {e.Message} Check the host, the port, and whether the server uses TLS.",
                e.NotSent),
            FailureKind.CannotServe => Unreachable(
                KvUnreachableReason.Unavailable, $"{endpoint} cannot serve now: {e.Message}", notSent: true),
            FailureKind.ConnectionLost => Unreachable(
                KvUnreachableReason.ConnectionLost,
                $"The connection to {endpoint} broke {(e.NotSent ? "before the call was sent" : "during the call")}: {e.Message}{Doubt(repeatable || e.NotSent)}",
                e.NotSent),
            FailureKind.Expired => Unreachable(
                KvUnreachableReason.ConnectionLost,
                $"The session at {endpoint} expired {(e.NotSent ? "before the call was sent" : "during the call")}.{Doubt(repeatable || e.NotSent)}",
                e.NotSent),
            FailureKind.SignInRefused => new KvException(KvErrorCode.AuthenticationFailed, $"{endpoint} refused the sign-in: {e.Message} Check the credential.") { Key = key, Endpoint = endpoint, NotSent = true },
            FailureKind.TooLarge => new KvException(KvErrorCode.QuotaExceeded, e.Message) { Key = key, Endpoint = endpoint, NotSent = true },
            _ => new KvStoreClosedException(address),
        };

        KvUnreachableException Unreachable(KvUnreachableReason reason, string message, bool notSent) =>
            new(reason, message, e) { Key = key, Endpoint = endpoint, NotSent = notSent };
    }

    /// <summary>Creates the error of a call whose time was up without a connection.</summary>
    /// <param name="last">Why the last attempt to connect failed; null if none has ended.</param>
    /// <param name="key">The key of the call; null for none.</param>
    public KvException NotConnected(SessionException? last, string? key) => last is null
        ? new KvTimeoutException($"No connection to {address} was established within the timeout of {timeout.TotalSeconds:0.###} s.") { Key = key, Endpoint = address, NotSent = true }
        : Of(last.For(notSent: true), key, repeatable: false);

    /// <summary>Creates the error of a call that was not answered in time.</summary>
    /// <param name="endpoint">The member that did not answer.</param>
    /// <param name="key">The key of the call; null for none.</param>
    /// <param name="repeatable">True if the call changes nothing.</param>
    public KvException NotAnswered(string endpoint, string? key, bool repeatable) => new KvTimeoutException(
        $"{endpoint} did not answer within the timeout of {timeout.TotalSeconds:0.###} s.{Doubt(repeatable)}") { Key = key, Endpoint = endpoint };

    private static string Doubt(bool none) => none ? "" : " A write may have been made.";
}
