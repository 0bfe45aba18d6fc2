namespace Valkeyrie.Engine;

/// <summary>The narrow bottom of a store with revisions: what <see cref="RevisionedStore"/> builds the whole contract on. An engine puts the
/// namespace before keys and takes it off again, but checks no rule: that has been done above it.</summary>
public interface IRevisionedEngine : IKvTransactions, ILeaseSource, IAsyncDisposable
{
    /// <summary>How many pages of one listing to ask for at a time: 1 (the default) for an engine that reads by itself, more for a server that answers
    /// several requests in the time of one.</summary>
    int PagesAtOnce => 1;

    /// <inheritdoc cref="IKvStore.PingAsync"/>
    ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken);

    /// <summary>Asks every endpoint at once, as in <see cref="IKvEndpoints.CheckEndpointsAsync"/>. By default the engine is one endpoint, and is pinged.</summary>
    IAsyncEnumerable<KvEndpointStatus> CheckEndpointsAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        EndpointChecks.ByPing(PingAsync, Info, timeout, cancellationToken);

    /// <summary>What the engine serves beside the contract, for <see cref="IKvStore.TryGetCapability"/>; null if it does not serve that.</summary>
    TCapability? CapabilityOf<TCapability>() where TCapability : class => null;

    /// <summary>Writes a value, attached to a lease or to none (null).</summary>
    ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, long? leaseId, CancellationToken cancellationToken);

    /// <summary>Reads one key; null if it does not exist.</summary>
    ValueTask<KvPair?> GetAsync(string key, KvReadOptions options, CancellationToken cancellationToken);

    /// <summary>Removes one key; false if there was none.</summary>
    ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>Reads one page of a range.</summary>
    /// <exception cref="KvHistoryChangedException">The store no longer has the history that was asked for.</exception>
    ValueTask<KvPage> RangeAsync(KvRangeQuery query, CancellationToken cancellationToken);

    /// <summary>Every change of a range from a revision on, once and in order, for ever. Several changes of one revision come in one batch,
    /// which is never empty. Waits for a store that is away.</summary>
    /// <exception cref="KvCompactedException">The next revision to deliver is no longer kept.</exception>
    /// <exception cref="KvHistoryChangedException">The store no longer has the history that is followed.</exception>
    IAsyncEnumerable<IReadOnlyList<KvEvent>> WatchAsync(KvWatchQuery query, CancellationToken cancellationToken);

    /// <summary>The changes of one key, newest first: the recipe or the table behind <see cref="IKvHistory.HistoryAsync"/>. Nothing if nothing is
    /// kept.</summary>
    IAsyncEnumerable<KvEvent> HistoryAsync(string key, bool sinceCreation, CancellationToken cancellationToken);

    /// <summary>Writes a snapshot, as in <see cref="IKvSnapshots.SaveSnapshotAsync"/>. By default it is not supported.</summary>
    ValueTask<KvSnapshot> SaveSnapshotAsync(Stream destination, KvSnapshotOptions options, CancellationToken cancellationToken) =>
        throw new KvNotSupportedException("snapshots", Info);

    /// <inheritdoc cref="IKvLeases.GetLeaseAsync"/>
    ValueTask<KvLease> GetLeaseAsync(long leaseId, CancellationToken cancellationToken);

    /// <summary>The numbers of all leases.</summary>
    ValueTask<IReadOnlyList<long>> ListLeaseIdsAsync(CancellationToken cancellationToken);

    // The store compares, since etcd 3.7 leaves the lease out of an answer without values. The read makes the comparison linearizable: etcd takes
    // a transaction without any operation for one that a member may answer from what it happens to know.
    async ValueTask<bool> ILeaseSource.IsAttachedAsync(string key, long leaseId, CancellationToken cancellationToken)
    {
        var look = new KvOperation.Read(KvRange.Key(key)) { CountOnly = true };
        var transaction = new KvTransaction { If = [KvCondition.HasLease(key, leaseId)], Then = [look], Else = [look] };
        return (await CommitAsync(transaction, cancellationToken).ConfigureAwait(false)).Succeeded;
    }
}
