namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The leadership as its block sees it. The command that runs the block is the leader. If the block, or code that received this object from it,
/// resigns, the leader is notified and stops the block.</summary>
/// <param name="held">The leadership.</param>
internal sealed class LentLeadership(KvLeadership held) : KvLeadership
{
    /// <inheritdoc/>
    public override string Name => held.Name;

    /// <inheritdoc/>
    public override string Key => held.Key;

    /// <inheritdoc/>
    public override string Value => held.Value;

    /// <inheritdoc/>
    public override long FencingToken => held.FencingToken;

    /// <inheritdoc/>
    public override TimeSpan Ttl => held.Ttl;

    /// <inheritdoc/>
    public override bool IsLeader => held.IsLeader;

    /// <inheritdoc/>
    public override CancellationToken Lost => held.Lost;

    /// <inheritdoc/>
    public override KvLockLostReason? LostReason => held.LostReason;

    /// <inheritdoc/>
    public override ValueTask ProclaimAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default) =>
        held.ProclaimAsync(value, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask ResignAsync(CancellationToken cancellationToken = default) => held.BreakAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask BreakAsync(CancellationToken cancellationToken = default) => held.BreakAsync(cancellationToken);
}
