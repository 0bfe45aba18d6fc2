namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A lock as the block that runs under it sees it. The command that runs the block is the holder: whoever releases the lock in the block, or with what
/// came out of it, does so under the holder, who is notified and stops the block.</summary>
/// <param name="held">The lock.</param>
internal sealed class LentLock(KvLock held) : KvLock
{
    /// <inheritdoc/>
    public override string Key => held.Key;

    /// <inheritdoc/>
    public override long FencingToken => held.FencingToken;

    /// <inheritdoc/>
    public override TimeSpan Ttl => held.Ttl;

    /// <inheritdoc/>
    public override bool IsHeld => held.IsHeld;

    /// <inheritdoc/>
    public override CancellationToken Lost => held.Lost;

    /// <inheritdoc/>
    public override KvLockLostReason? LostReason => held.LostReason;

    /// <inheritdoc/>
    public override ValueTask UnlockAsync(CancellationToken cancellationToken = default) => held.BreakAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask BreakAsync(CancellationToken cancellationToken = default) => held.BreakAsync(cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => held.ToString()!;
}
