#pragma warning disable CA1032 // see KvException
namespace Valkeyrie;

/// <summary>The key or directory does not exist.</summary>
public sealed class KvKeyNotFoundException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="key">The key or the directory.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    /// <param name="revision">The older revision of the read. Default: null, the newest.</param>
    /// <param name="createRevision">The create revision of the key that exists now. Default: null, for a directory or if no key exists.</param>
    public KvKeyNotFoundException(string key, string? endpoint, long? revision = null, long? createRevision = null)
        : base(KvErrorCode.KeyNotFound, (key, revision) switch
        {
            ("", null) => "The store holds no keys.",
            ("", _) => $"The store held no keys at revision {revision}.",
            (_, null) => $"The key '{key}' does not exist.",
            _ => $"The key '{key}' did not exist at revision {revision}{(createRevision > revision ? $": it was created at revision {createRevision}" : "")}.",
        })
    {
        Key = key;
        Endpoint = endpoint;
        Revision = revision;
        CreateRevision = createRevision;
    }

    /// <summary>The older revision of the read; null for the newest.</summary>
    public long? Revision { get; }

    /// <summary>The create revision of the key that exists now; null if no key exists or this is not known.</summary>
    public long? CreateRevision { get; }
}

/// <summary>The key already exists.</summary>
public sealed class KvKeyExistsException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="key">The key.</param>
    /// <param name="currentRevision">The current revision of the key.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    public KvKeyExistsException(string key, long currentRevision, string? endpoint)
        : base(KvErrorCode.KeyExists, $"The key '{key}' already exists, at revision {currentRevision}.")
    {
        Key = key;
        Endpoint = endpoint;
        CurrentRevision = currentRevision;
    }

    /// <summary>The current revision of the key.</summary>
    public long CurrentRevision { get; }
}

/// <summary>The key is at another revision than the expected one, or was removed.</summary>
public sealed class KvKeyModifiedException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="key">The key.</param>
    /// <param name="currentRevision">The current revision of the key; 0 if it was removed.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    /// <param name="attempts">The number of attempts that failed for this reason. Default: 1.</param>
    public KvKeyModifiedException(string key, long currentRevision, string? endpoint, int attempts = 1)
        : base(KvErrorCode.KeyModified, (currentRevision == 0
            ? $"The key '{key}' has been removed since it was read."
            : $"The key '{key}' has been changed since it was read; it is now at revision {currentRevision}.")
            + (attempts == 1 ? "" : $" The same happened in each of {attempts} attempts."))
    {
        Key = key;
        Endpoint = endpoint;
        CurrentRevision = currentRevision;
    }

    /// <summary>The current revision of the key; 0 if it was removed.</summary>
    public long CurrentRevision { get; }
}

/// <summary>The reason why a store could not be reached.</summary>
public enum KvUnreachableReason
{
    /// <summary>The host name could not be resolved.</summary>
    NameNotFound,

    /// <summary>No program listens at the address, or the network does not reach it.</summary>
    ConnectionFailed,

    /// <summary>The TLS handshake failed: one side does not use TLS, or a certificate was refused.</summary>
    Tls,

    /// <summary>The answering program does not speak the store's protocol.</summary>
    Protocol,

    /// <summary>The connection broke during the call. A write may have been made.</summary>
    ConnectionLost,

    /// <summary>The server cannot serve the request at the moment, for example because its cluster has no leader. A write may have been made.</summary>
    Unavailable,
}

/// <summary>No endpoint could be reached, or the answering program does not speak the store's protocol.</summary>
/// <param name="reason">The reason.</param>
/// <param name="message">What went wrong and what to do.</param>
/// <param name="inner">The cause.</param>
public sealed class KvUnreachableException(KvUnreachableReason reason, string message, Exception? inner = null)
    : KvException(KvErrorCode.Unreachable, message, inner)
{
    /// <summary>The reason.</summary>
    public KvUnreachableReason Reason { get; } = reason;
}

/// <summary>The store did not answer within the timeout. A write may have been made.</summary>
/// <param name="message">The call that took too long.</param>
/// <param name="inner">The cause.</param>
public sealed class KvTimeoutException(string message, Exception? inner = null) : KvException(KvErrorCode.TimedOut, message, inner);

/// <summary>A key did not meet the awaited condition within the timeout (<see cref="KvWaits"/>).</summary>
public sealed class KvWaitTimeoutException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="key">The key.</param>
    /// <param name="timeout">The length of the wait.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    /// <param name="outage">Why the store could not be followed at the end; null if it could.</param>
    public KvWaitTimeoutException(string key, TimeSpan timeout, string? endpoint, KvException? outage = null)
        : base(
            KvErrorCode.WaitTimedOut,
            $"The key '{key}' did not meet the condition within {timeout.TotalSeconds:0.###} s{(outage is null ? "." : $", and the store cannot be followed: {outage.Message}")}",
            outage)
    {
        Key = key;
        Endpoint = endpoint;
    }
}

/// <summary>The lock could not be taken within its timeout.</summary>
public sealed class KvCannotLockException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="key">The key.</param>
    /// <param name="timeout">The length of the wait.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    /// <param name="owner">The owner of the lock; null if the store does not report it.</param>
    public KvCannotLockException(string key, TimeSpan timeout, string? endpoint, string? owner = null)
        : base(
            KvErrorCode.CannotLock,
            $"{owner ?? "Another holder"} has the lock of '{key}'{(timeout > TimeSpan.Zero ? $" and did not release it within {timeout.TotalSeconds:0.###} s" : "")}.")
    {
        Key = key;
        Owner = owner;
        Endpoint = endpoint;
    }

    /// <summary>The owner of the lock, as <see cref="KvLockOptions.Owner"/> names it; null if not known.</summary>
    public string? Owner { get; }
}

/// <summary>The reason why a lock or a leadership was lost.</summary>
public enum KvLockLostReason
{
    /// <summary>The lease was revoked or not renewed in time.</summary>
    LeaseEnded,

    /// <summary>The key was removed from the store, by a client or with its lease.</summary>
    KeyRemoved,

    /// <summary>Another part of the program released it (<see cref="KvLock.BreakAsync"/>, <see cref="KvLeadership.BreakAsync"/>).</summary>
    Released,

    /// <summary>The store was closed.</summary>
    StoreClosed,
}

/// <summary>The lock is no longer held, although its holder did not release it.</summary>
public sealed class KvLockLostException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="key">The key.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    /// <param name="reason">The reason.</param>
    public KvLockLostException(string key, string? endpoint, KvLockLostReason reason)
        : base(KvErrorCode.LockLost, $"The lock of '{key}' was lost: {TextOf(reason, "lock")}. Another holder may have it now.")
    {
        Key = key;
        Endpoint = endpoint;
        Reason = reason;
    }

    /// <summary>The reason.</summary>
    public KvLockLostReason Reason { get; }

    /// <summary>The reason in words.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="what">The lost object, for the message.</param>
    internal static string TextOf(KvLockLostReason reason, string what) => reason switch
    {
        KvLockLostReason.KeyRemoved => "its key was removed, by a client or with its lease",
        KvLockLostReason.Released => "another client released it",
        KvLockLostReason.StoreClosed => $"its store was closed while the {what} was held",
        _ => "its lease was not renewed in time, or was revoked",
    };
}

/// <summary>The leadership could not be won within its timeout.</summary>
public sealed class KvNotElectedException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="name">The election.</param>
    /// <param name="timeout">The length of the wait.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    /// <param name="leader">The leader's key with its value; null if not known.</param>
    public KvNotElectedException(string name, TimeSpan timeout, string? endpoint, KvPair? leader = null)
        : base(
            KvErrorCode.NotElected,
            $"Another contender leads the election '{name}'{(timeout > TimeSpan.Zero ? $" and did not resign within {timeout.TotalSeconds:0.###} s" : "")}."
            + (leader is null ? "" : $" Its value is '{leader.ToString("value", null)}', its key is '{leader.Key}'."))
    {
        Key = name;
        Endpoint = endpoint;
        Leader = leader;
    }

    /// <summary>The leader's key with its value, soon after the wait ended; null if not known.</summary>
    public KvPair? Leader { get; }
}

/// <summary>The leadership has ended, although the leader did not resign.</summary>
public sealed class KvLeadershipLostException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="name">The election.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    /// <param name="reason">The reason.</param>
    public KvLeadershipLostException(string name, string? endpoint, KvLockLostReason reason)
        : base(KvErrorCode.LeadershipLost, $"The leadership of '{name}' was lost: {KvLockLostException.TextOf(reason, "leadership")}. Another contender may lead now.")
    {
        Key = name;
        Endpoint = endpoint;
        Reason = reason;
    }

    /// <summary>The reason.</summary>
    public KvLockLostReason Reason { get; }
}

/// <summary>The store does not support the request.</summary>
public sealed class KvNotSupportedException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="what">The request.</param>
    /// <param name="store">The store.</param>
    public KvNotSupportedException(string what, KvStoreInfo store)
        : base(KvErrorCode.NotSupported, $"The store '{store.Address}' does not support {what}.") => Endpoint = store.Address;
}

/// <summary>The path is a directory, but a value is required.</summary>
public sealed class KvIsDirectoryException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="key">The path.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    /// <param name="rule">The broken rule of the store, as a sentence; null for none.</param>
    public KvIsDirectoryException(string key, string? endpoint, string? rule = null)
        : base(KvErrorCode.IsDirectory, $"'{key}' is a directory, which holds no value.{(rule is null ? "" : " " + rule)} Use a key below it.")
    {
        Key = key;
        Endpoint = endpoint;
    }
}

/// <summary>The path is a value, but a directory is required.</summary>
public sealed class KvNotDirectoryException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="key">The path.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    /// <param name="rule">The broken rule of the store, as a sentence; null for none.</param>
    /// <param name="advice">What to do, as a sentence; null for the advice to make it a directory.</param>
    public KvNotDirectoryException(string key, string? endpoint, string? rule = null, string? advice = null)
        : base(
            KvErrorCode.NotDirectory,
            $"'{key}' is a key with a value, not a directory.{(rule is null ? "" : " " + rule)} {advice ?? "Remove it and create the directory first."}")
    {
        Key = key;
        Endpoint = endpoint;
    }
}

/// <summary>The requested revision is no longer kept.</summary>
public sealed class KvCompactedException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="revision">The requested revision.</param>
    /// <param name="oldestRevision">The oldest kept revision; null if not known.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    /// <param name="key">The key or directory of the call; null or empty for all keys.</param>
    public KvCompactedException(long revision, long? oldestRevision, string? endpoint, string? key = null)
        : base(KvErrorCode.Compacted, $"Revision {revision}{(string.IsNullOrEmpty(key) ? "" : $" of '{key}'")} is no longer kept: the store has compacted its history"
            + (oldestRevision is null ? "." : $" up to revision {oldestRevision}."))
    {
        OldestRevision = oldestRevision;
        Key = key;
        Endpoint = endpoint;
    }

    /// <summary>The oldest kept revision; null if not known.</summary>
    public long? OldestRevision { get; }
}

/// <summary>The user does not have the permission.</summary>
/// <param name="message">The refused call.</param>
public sealed class KvPermissionDeniedException(string message) : KvException(KvErrorCode.PermissionDenied, message);

/// <summary>An argument breaks a rule. Like <see cref="ArgumentException"/>, the error names the parameter.</summary>
/// <param name="message">The broken rule, and a valid argument.</param>
/// <param name="inner">The cause.</param>
public sealed class KvInvalidArgumentException(string message, Exception? inner = null) : KvException(KvErrorCode.InvalidArgument, message, inner)
{
    /// <summary>The parameter, or the property of the options, that breaks the rule; null for anything else, such as a part of an address or of a
    /// file.</summary>
    public string? ParamName { get; init; }
}

/// <summary>The lease does not exist or has ended.</summary>
public sealed class KvLeaseNotFoundException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="leaseId">The lease; null if it is one of several and not known which.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    public KvLeaseNotFoundException(long? leaseId, string? endpoint)
        : base(KvErrorCode.LeaseNotFound, leaseId is null ? "The lease does not exist, or has expired." : $"The lease {leaseId:x} does not exist, or has expired.") =>
        Endpoint = endpoint;
}

/// <summary>The user does not exist.</summary>
public sealed class KvUserNotFoundException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    public KvUserNotFoundException(string name, string? endpoint)
        : base(KvErrorCode.UserNotFound, $"The user '{name}' does not exist. Check the spelling.")
    {
        Name = name;
        Endpoint = endpoint;
    }

    /// <summary>The user's name.</summary>
    public string Name { get; }
}

/// <summary>The user already exists.</summary>
public sealed class KvUserExistsException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    public KvUserExistsException(string name, string? endpoint)
        : base(KvErrorCode.UserExists, $"The user '{name}' already exists. Change that user, or specify another name.")
    {
        Name = name;
        Endpoint = endpoint;
    }

    /// <summary>The user's name.</summary>
    public string Name { get; }
}

/// <summary>The role does not exist.</summary>
public sealed class KvRoleNotFoundException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="name">The role.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    public KvRoleNotFoundException(string name, string? endpoint)
        : base(KvErrorCode.RoleNotFound, $"The role '{name}' does not exist. Check the spelling.")
    {
        Name = name;
        Endpoint = endpoint;
    }

    /// <summary>The role's name.</summary>
    public string Name { get; }
}

/// <summary>The role already exists.</summary>
public sealed class KvRoleExistsException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="name">The role.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    public KvRoleExistsException(string name, string? endpoint)
        : base(KvErrorCode.RoleExists, $"The role '{name}' already exists. Change that role, or specify another name.")
    {
        Name = name;
        Endpoint = endpoint;
    }

    /// <summary>The role's name.</summary>
    public string Name { get; }
}

/// <summary>The store has been closed.</summary>
public sealed class KvStoreClosedException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="address">The store.</param>
    public KvStoreClosedException(string address)
        : base(KvErrorCode.StoreClosed, $"The store '{address}' has been closed. Open it again.") => Endpoint = address;
}

/// <summary>The store has another history than at the start of the call or watch, for example because it was restored from a snapshot, emptied or replaced; or
/// two of its endpoints have different histories. Revisions of different histories cannot be compared.</summary>
/// <param name="message">The change of the history, and what to do.</param>
public sealed class KvHistoryChangedException(string message) : KvException(KvErrorCode.HistoryChanged, message);

/// <summary>The store's file or its log was removed or replaced while the store was open. An open store does not follow the new file: it would read and write
/// data that no other client sees.</summary>
public sealed class KvFileReplacedException : KvException
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The store's file.</param>
    /// <param name="replaced">The removed or replaced file: the store's file or its log.</param>
    /// <param name="written">True if writes were made before the store noticed it.</param>
    public KvFileReplacedException(string path, string replaced, bool written)
        : base(
            KvErrorCode.FileReplaced,
            $"'{replaced}' was removed or replaced while the store was open. {(written ? "The last writes went to the old file and may be lost." : "Nothing was written.")} "
            + "Close the store, check that the intended file is in place, and open the store again.")
    {
        Endpoint = path;
        NotSent = !written;
    }
}
