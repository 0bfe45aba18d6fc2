namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The errors of a server (KeeperException.Code of ZooKeeper).</summary>
internal enum ErrorCode
{
    Ok = 0,
    SystemError = -1,
    RuntimeInconsistency = -2,
    DataInconsistency = -3,
    ConnectionLoss = -4,
    MarshallingError = -5,
    Unimplemented = -6,
    OperationTimeout = -7,
    BadArguments = -8,
    UnknownSession = -12,
    NoNode = -101,
    NoAuth = -102,
    BadVersion = -103,
    NoChildrenForEphemerals = -108,
    NodeExists = -110,
    NotEmpty = -111,
    SessionExpired = -112,
    InvalidAcl = -114,
    AuthFailed = -115,
    SessionMoved = -118,
    NotReadOnly = -119,
    NoWatcher = -121,
    RequestTimeout = -122,

    /// <summary>The server requires a sign-in (<c>sessionRequireClientSASLAuth</c>, <c>enforce.auth.enabled</c>).</summary>
    SignInRequired = -124,
    QuotaExceeded = -125,
    Throttled = -127,
}
