namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The nodes directly below a node.</summary>
/// <param name="Names">Their names, in no particular order.</param>
/// <param name="Stat">The metadata of the node itself.</param>
internal sealed record NodeChildren(string[] Names, NodeStat Stat);
