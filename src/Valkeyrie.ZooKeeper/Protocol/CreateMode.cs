namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The kinds of node (CreateMode of ZooKeeper).</summary>
internal enum CreateMode
{
    Persistent = 0,

    /// <summary>Is removed when its session ends.</summary>
    Ephemeral = 1,

    /// <summary>Is removed when its session ends; the server appends a number to its name that grows with each child of its parent.</summary>
    EphemeralSequential = 3,

    /// <summary>Is removed by the server when its last child is gone.</summary>
    Container = 4,

    /// <summary>Is removed by the server when it was not written for its time to live.</summary>
    Ttl = 5,
}
