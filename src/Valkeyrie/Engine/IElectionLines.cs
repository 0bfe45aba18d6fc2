namespace Valkeyrie.Engine;

/// <summary>What a store without etcd's transactions offers for elections: in each of them contenders line up, everyone with a key of its own that goes when
/// its lease ends. <see cref="LineElections"/> makes elections of that.</summary>
/// <remarks>The key of a contender lies right below the election: <c>NAME/SOMETHING</c>. Nobody can get before one that stands in line already: a key that is made
/// later has a higher create revision. Data in the same directory does not count as a contender.</remarks>
public interface IElectionLines
{
    /// <summary>What the store is and where.</summary>
    KvStoreInfo Info { get; }

    /// <summary>Puts a contender's key at the end of the line.</summary>
    /// <param name="name">The election.</param>
    /// <param name="value">What others read of the contender.</param>
    /// <param name="ttl">How long the key outlives its contender, in whole seconds.</param>
    /// <param name="cancellationToken">Ends the call early. Nothing stays behind.</param>
    ValueTask<LinePlace> EnterAsync(string name, ReadOnlyMemory<byte> value, TimeSpan ttl, CancellationToken cancellationToken);

    /// <summary>The contenders of an election with their values, oldest first.</summary>
    /// <param name="name">The election.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    ValueTask<IReadOnlyList<KvPair>> ReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Follows the contenders of an election, in any order. A pair without its value is as it was when it was last shown.</summary>
    /// <param name="name">The election.</param>
    IRangeObserver Observe(string name);

    /// <summary>The names of the elections in which somebody stands in line. A name may come more than once.</summary>
    /// <param name="range">Where they lie.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<string> FindAsync(KvRange range, CancellationToken cancellationToken);
}

/// <summary>A contender's place in line.</summary>
/// <param name="key">The contender's own key.</param>
/// <param name="createRevision">The revision at which it was created.</param>
/// <param name="lease">What it stands on.</param>
public abstract class LinePlace(string key, long createRevision, RenewedLease lease)
{
    /// <summary>The contender's own key.</summary>
    public string Key => key;

    /// <summary>The revision at which it was created.</summary>
    public long CreateRevision => createRevision;

    /// <summary>What it stands on.</summary>
    public RenewedLease Lease => lease;

    /// <summary>Looks who stands before it.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="KvLeaseNotFoundException">The lease has ended.</exception>
    public abstract ValueTask<LineOrder> LookAsync(CancellationToken cancellationToken);

    /// <summary>Returns when the key of a contender is there no more.</summary>
    /// <param name="contender">The key: this place's own, or that of the one before.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract Task WaitForRemovalAsync(string contender, CancellationToken cancellationToken);

    /// <summary>Writes another value to the key, if it is there.</summary>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>False if it is there no more.</returns>
    /// <exception cref="KvLeaseNotFoundException">The lease has ended.</exception>
    public abstract ValueTask<bool> MarkAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken);

    /// <summary>Removes the key. What fails or is cancelled here goes on in the background.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>False if it was there no more.</returns>
    public abstract ValueTask<bool> LeaveAsync(CancellationToken cancellationToken);

    /// <summary>Removes the key in the background, if it is there.</summary>
    public abstract void Abandon();
}

/// <summary>What a contender finds in its line.</summary>
/// <param name="IsThere">False if its own key was removed.</param>
/// <param name="Before">The key of the one directly before it; null if it is the first.</param>
public readonly record struct LineOrder(bool IsThere, string? Before);
