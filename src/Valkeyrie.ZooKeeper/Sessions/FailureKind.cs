namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>The kinds of failure of a session.</summary>
internal enum FailureKind
{
    /// <summary>The host name could not be resolved.</summary>
    NameNotFound,

    /// <summary>No program listens at the address, the network does not reach it, or connecting took too long.</summary>
    NotConnected,

    /// <summary>The TLS handshake failed.</summary>
    Tls,

    /// <summary>The received data is not ZooKeeper's protocol.</summary>
    Protocol,

    /// <summary>The member accepts connections but serves no session: it has no majority, or lags behind the session.</summary>
    CannotServe,

    /// <summary>The connection broke.</summary>
    ConnectionLost,

    /// <summary>The session has expired, or must be considered expired because no server has answered for so long.</summary>
    Expired,

    /// <summary>The server refused the credential, or requires one.</summary>
    SignInRefused,

    /// <summary>The request is larger than a server accepts.</summary>
    TooLarge,

    /// <summary>The session was closed on this side.</summary>
    Closed,
}
