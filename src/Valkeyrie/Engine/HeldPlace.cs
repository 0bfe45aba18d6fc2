namespace Valkeyrie.Engine;

/// <summary>The first place in a queue of contenders: a lock whose key is the contender's own and is read by others.</summary>
internal abstract class HeldPlace(string name, long createRevision, RenewedLease lease, string address) : GuardedLock(name, createRevision, lease, address)
{
    /// <summary>The contender's own key.</summary>
    public abstract string Own { get; }

    /// <summary>Writes a value to the contender's own key, if the place is still held.</summary>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="KvException">The place was lost, or the write failed.</exception>
    public abstract ValueTask MarkAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken);
}
