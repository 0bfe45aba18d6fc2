namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>A node with its data.</summary>
/// <param name="Bytes">The data; null for none, which differs from empty data.</param>
/// <param name="Stat">The node's metadata.</param>
internal sealed record NodeData(byte[]? Bytes, NodeStat Stat);
