namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>A node with its data.</summary>
/// <param name="Bytes">The data; null for none, which is another thing than an empty one.</param>
/// <param name="Stat">What the server knows of the node beside that.</param>
internal sealed record NodeData(byte[]? Bytes, NodeStat Stat);
