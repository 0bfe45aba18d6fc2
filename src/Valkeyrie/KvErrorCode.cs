namespace Valkeyrie;

/// <summary>What went wrong, one value for each thing a caller can do something about. PowerShell's error ids are these names with the
/// prefix <c>Kv</c>; they do not change between versions.</summary>
public enum KvErrorCode
{
    /// <summary>The key or directory does not exist.</summary>
    KeyNotFound,

    /// <summary>The key exists and should not.</summary>
    KeyExists,

    /// <summary>The key is at another revision than the expected one.</summary>
    KeyModified,

    /// <summary>A conditional delete was called without a revision.</summary>
    PreviousNotSpecified,

    /// <summary>No endpoint could be reached, or what answered does not speak the store's protocol.</summary>
    Unreachable,

    /// <summary>The answer did not come in time. A write may have been made.</summary>
    TimedOut,

    /// <summary>The lock could not be taken within its timeout.</summary>
    CannotLock,

    /// <summary>The lock is no longer held.</summary>
    LockLost,

    /// <summary>The store cannot do this.</summary>
    NotSupported,

    /// <summary>The path is a directory, but a value is required.</summary>
    IsDirectory,

    /// <summary>The path is a value, but a directory is required.</summary>
    NotDirectory,

    /// <summary>The revision asked for is no longer kept.</summary>
    Compacted,

    /// <summary>The user may not do this.</summary>
    PermissionDenied,

    /// <summary>The user or password is wrong, or the store requires a credential.</summary>
    AuthenticationFailed,

    /// <summary>The server's space is used up, or the request is larger than it takes.</summary>
    QuotaExceeded,

    /// <summary>An argument breaks a rule.</summary>
    InvalidArgument,

    /// <summary>The store's file is damaged or not a store.</summary>
    CorruptStore,

    /// <summary>The lease does not exist, or has expired.</summary>
    LeaseNotFound,

    /// <summary>The store has been closed.</summary>
    StoreClosed,

    /// <summary>The store's history is another one than before, or than another endpoint's: revisions from there mean nothing here.</summary>
    HistoryChanged,

    /// <summary>No store was named, and none is current.</summary>
    NoCurrentStore,

    /// <summary>The store's file, or its log, was removed or replaced while the store was open.</summary>
    FileReplaced,

    /// <summary>The leadership could not be won within its timeout.</summary>
    NotElected,

    /// <summary>The leadership is no longer held.</summary>
    LeadershipLost,

    /// <summary>The user does not exist.</summary>
    UserNotFound,

    /// <summary>The user exists already.</summary>
    UserExists,

    /// <summary>The role does not exist.</summary>
    RoleNotFound,

    /// <summary>The role exists already.</summary>
    RoleExists,

    /// <summary>What was waited for did not come within the timeout.</summary>
    WaitTimedOut,
}
