namespace Valkeyrie;

/// <summary>The kinds of failure, one for each that a caller can react to. PowerShell's error ids are these names with the prefix <c>Kv</c>. The names do not
/// change between versions.</summary>
public enum KvErrorCode
{
    /// <summary>The key or directory does not exist.</summary>
    KeyNotFound,

    /// <summary>The key already exists.</summary>
    KeyExists,

    /// <summary>The key is at another revision than the expected one.</summary>
    KeyModified,

    /// <summary>A conditional delete was called without a revision.</summary>
    PreviousNotSpecified,

    /// <summary>No endpoint could be reached, or the answering program does not speak the store's protocol.</summary>
    Unreachable,

    /// <summary>The store did not answer within the timeout. A write may have been made.</summary>
    TimedOut,

    /// <summary>The lock could not be taken within its timeout.</summary>
    CannotLock,

    /// <summary>The lock is no longer held.</summary>
    LockLost,

    /// <summary>The store does not support the request.</summary>
    NotSupported,

    /// <summary>The path is a directory, but a value is required.</summary>
    IsDirectory,

    /// <summary>The path is a value, but a directory is required.</summary>
    NotDirectory,

    /// <summary>The requested revision is no longer kept.</summary>
    Compacted,

    /// <summary>The user does not have the permission.</summary>
    PermissionDenied,

    /// <summary>The user or password is wrong, or the store requires a credential.</summary>
    AuthenticationFailed,

    /// <summary>The server's space is used up, or the request is larger than the server accepts.</summary>
    QuotaExceeded,

    /// <summary>An argument breaks a rule.</summary>
    InvalidArgument,

    /// <summary>The store's file is damaged or not a store.</summary>
    CorruptStore,

    /// <summary>The lease does not exist or has ended.</summary>
    LeaseNotFound,

    /// <summary>The store has been closed.</summary>
    StoreClosed,

    /// <summary>The store has another history than before, or than another endpoint. Revisions of the former history are meaningless in this one.</summary>
    HistoryChanged,

    /// <summary>No store was specified, and none is current.</summary>
    NoCurrentStore,

    /// <summary>The store's file, or its log, was removed or replaced while the store was open.</summary>
    FileReplaced,

    /// <summary>The leadership could not be won within its timeout.</summary>
    NotElected,

    /// <summary>The leadership is no longer held.</summary>
    LeadershipLost,

    /// <summary>The user does not exist.</summary>
    UserNotFound,

    /// <summary>The user already exists.</summary>
    UserExists,

    /// <summary>The role does not exist.</summary>
    RoleNotFound,

    /// <summary>The role already exists.</summary>
    RoleExists,

    /// <summary>The awaited condition was not met within the timeout.</summary>
    WaitTimedOut,
}
