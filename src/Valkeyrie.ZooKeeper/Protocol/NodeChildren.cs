namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The nodes directly below a node.</summary>
/// <param name="Names">Their names, in no order.</param>
/// <param name="Stat">What the server knows of the node itself.</param>
internal sealed record NodeChildren(string[] Names, NodeStat Stat);
