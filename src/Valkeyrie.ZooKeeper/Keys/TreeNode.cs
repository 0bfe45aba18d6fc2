using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>A node that a walk came to.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Bytes">Its data; null for none, and where it was not wanted.</param>
/// <param name="Stat">What the server knows of it beside that.</param>
/// <param name="IsPair">True if it is a pair: it has data, be it empty, and no lock is made of it.</param>
/// <param name="IsDirectory">True if it is shown for the pairs below it, into which the walk does not go.</param>
internal sealed record TreeNode(string Path, byte[]? Bytes, NodeStat Stat, bool IsPair, bool IsDirectory = false);
