namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>What became of one operation of a <see cref="MultiRequest"/>.</summary>
/// <param name="Error">Why it was not made. Of those that were not tried after another one failed, <see cref="ErrorCode.RuntimeInconsistency"/>; of
/// those before that one, <see cref="ErrorCode.Ok"/>, although nothing was made.</param>
/// <param name="Stat">The node as written; null for other operations, among them creations, of which servers up to 3.8 at least tell the path alone.</param>
internal readonly record struct OperationResult(ErrorCode Error, NodeStat? Stat);
