namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The result of one operation of a <see cref="MultiRequest"/>.</summary>
/// <param name="Error">Why it was not performed. Operations after a failed one have <see cref="ErrorCode.RuntimeInconsistency"/>; operations before it have
/// <see cref="ErrorCode.Ok"/>, although none was performed.</param>
/// <param name="Stat">The written node; null for other operations, including creations, for which servers up to at least 3.8 return only the path.</param>
internal readonly record struct OperationResult(ErrorCode Error, NodeStat? Stat);
