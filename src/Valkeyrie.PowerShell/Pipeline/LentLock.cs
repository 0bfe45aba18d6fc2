namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The lock as its block sees it. The command that runs the block is the holder. If the block, or code that received this object from it, releases the
/// lock, the holder is notified and stops the block.</summary>
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
