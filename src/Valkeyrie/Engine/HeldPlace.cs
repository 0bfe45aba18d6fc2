namespace Valkeyrie.Engine;

/// <summary>The first place in a line of contenders, as its holder has it: a lock that stands on a key of the contender's own, which others read.</summary>
internal abstract class HeldPlace(string name, long createRevision, RenewedLease lease, string address) : GuardedLock(name, createRevision, lease, address)
{
    /// <summary>The contender's own key.</summary>
    public abstract string Own { get; }

    /// <summary>Writes a value to the contender's own key, if it still holds what it won.</summary>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="KvException">It was lost, or the store could not write.</exception>
    public abstract ValueTask MarkAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken);
}
