namespace Valkeyrie.Engine;

/// <summary>The primitives for elections on a store without etcd's transactions. Contenders queue in a line; each has its own key, which is removed when its
/// lease ends. <see cref="LineElections"/> implements elections on this interface.</summary>
/// <remarks>The key of a contender is directly below the election: <c>NAME/SOMETHING</c>. A later contender cannot overtake an earlier one: its key has a
/// higher create revision. Other data in the same directory does not count as a contender.</remarks>
public interface IElectionLines
{
    /// <summary>The identity of the store.</summary>
    KvStoreInfo Info { get; }

    /// <summary>Appends a contender's key to the line.</summary>
    /// <param name="name">The election.</param>
    /// <param name="value">The value that others read of the contender.</param>
    /// <param name="ttl">The time for which the key remains if the contender dies, in whole seconds.</param>
    /// <param name="cancellationToken">Ends the call early and leaves nothing in the store.</param>
    ValueTask<LinePlace> EnterAsync(string name, ReadOnlyMemory<byte> value, TimeSpan ttl, CancellationToken cancellationToken);

    /// <summary>Reads the contenders of an election with their values, oldest first.</summary>
    /// <param name="name">The election.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    ValueTask<IReadOnlyList<KvPair>> ReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Follows the contenders of an election, in any order. A pair without its value is unchanged since it was last shown.</summary>
    /// <param name="name">The election.</param>
    IRangeObserver Observe(string name);

    /// <summary>Finds the names of the elections that have a contender. A name may occur more than once.</summary>
    /// <param name="range">The range of the names.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<string> FindAsync(KvRange range, CancellationToken cancellationToken);

    /// <summary>Checks whether a pair of the store is the key of a contender (<see cref="IKvElections.IsContender"/>).</summary>
    /// <param name="pair">The pair, as the store returned it.</param>
    bool IsContender(KvPair pair);
}

/// <summary>A contender's place in a line.</summary>
/// <param name="key">The contender's own key.</param>
/// <param name="createRevision">The create revision of the key.</param>
/// <param name="lease">The lease of the place.</param>
public abstract class LinePlace(string key, long createRevision, RenewedLease lease)
{
    /// <summary>The contender's own key.</summary>
    public string Key => key;

    /// <summary>The create revision of the key.</summary>
    public long CreateRevision => createRevision;

    /// <summary>The lease of the place.</summary>
    public RenewedLease Lease => lease;

    /// <summary>Reads the order of the line around this place.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="KvLeaseNotFoundException">The lease has ended.</exception>
    public abstract ValueTask<LineOrder> LookAsync(CancellationToken cancellationToken);

    /// <summary>Waits until the key of a contender is gone.</summary>
    /// <param name="contender">The key: this place's own, or that of the one before.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract Task WaitForRemovalAsync(string contender, CancellationToken cancellationToken);

    /// <summary>Writes another value to the key, if it exists.</summary>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>False if the key is gone.</returns>
    /// <exception cref="KvLeaseNotFoundException">The lease has ended.</exception>
    public abstract ValueTask<bool> MarkAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken);

    /// <summary>Removes the key. After a failure or a cancellation the removal continues in the background.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>False if the key was already gone.</returns>
    public abstract ValueTask<bool> LeaveAsync(CancellationToken cancellationToken);

    /// <summary>Removes the key in the background, if it exists.</summary>
    public abstract void Abandon();
}

/// <summary>The order of a line around one place.</summary>
/// <param name="IsThere">False if the contender's own key was removed.</param>
/// <param name="Before">The key of the direct predecessor; null for the first contender.</param>
public readonly record struct LineOrder(bool IsThere, string? Before);
