namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>Why a session failed at what it was to do.</summary>
internal enum FailureKind
{
    /// <summary>The host name could not be resolved.</summary>
    NameNotFound,

    /// <summary>Nothing listens there, no way leads there, or the connection was not made in time.</summary>
    NotConnected,

    /// <summary>The TLS handshake failed.</summary>
    Tls,

    /// <summary>What arrived is not ZooKeeper's protocol.</summary>
    Protocol,

    /// <summary>The member takes connections and serves no session: it has no majority, or lags behind what the session has seen.</summary>
    CannotServe,

    /// <summary>The connection broke.</summary>
    ConnectionLost,

    /// <summary>The session has expired, or was not heard of for so long that it has to be taken for expired.</summary>
    Expired,

    /// <summary>The server refused to sign the session in, or serves none that has not signed in.</summary>
    SignInRefused,

    /// <summary>The request is larger than a server takes.</summary>
    TooLarge,

    /// <summary>The session was closed on this side.</summary>
    Closed,
}
