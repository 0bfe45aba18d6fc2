namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The kinds of node (CreateMode of ZooKeeper).</summary>
internal enum CreateMode
{
    Persistent = 0,

    /// <summary>Ends with its session.</summary>
    Ephemeral = 1,

    /// <summary>Ends with its session; the server appends a number to its name that grows with each child of its parent.</summary>
    EphemeralSequential = 3,

    /// <summary>Removed by the server once its last child is gone.</summary>
    Container = 4,

    /// <summary>Removed by the server once it has not been written for its time to live.</summary>
    Ttl = 5,
}
