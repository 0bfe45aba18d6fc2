namespace Valkeyrie.PowerShell;

/// <summary>The state of an open store.</summary>
public enum KvStoreState
{
    /// <summary>At least one endpoint serves.</summary>
    Available,

    /// <summary>No endpoint was reachable in time, or no reachable endpoint has a leader.</summary>
    Unavailable,

    /// <summary>The server answers, but refuses the user.</summary>
    Refused,

    /// <summary>The store has been closed.</summary>
    Closed,
}
