namespace Valkeyrie.PowerShell;

/// <summary>Whether an open store serves.</summary>
public enum KvStoreState
{
    /// <summary>At least one endpoint serves.</summary>
    Available,

    /// <summary>No endpoint could be reached in time, or none knows of a leader.</summary>
    Unavailable,

    /// <summary>The server answers and no longer accepts the user.</summary>
    Refused,

    /// <summary>The store has been closed.</summary>
    Closed,
}
