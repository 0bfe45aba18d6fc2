using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>A node found by a walk.</summary>
/// <param name="Path">The path.</param>
/// <param name="Bytes">The data; null for none, or if it was not read.</param>
/// <param name="Stat">The node's metadata.</param>
/// <param name="IsPair">True if the node is a pair: it has data, even if empty, and is not a lock node.</param>
/// <param name="IsDirectory">True if it represents the pairs below it, which the walk does not visit.</param>
internal sealed record TreeNode(string Path, byte[]? Bytes, NodeStat Stat, bool IsPair, bool IsDirectory = false);
