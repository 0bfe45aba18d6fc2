namespace Valkeyrie.Engine;

/// <summary>The narrow calls below a store with revisions, on which <see cref="RevisionedStore"/> implements the whole contract. An engine adds the namespace
/// to keys and removes it again, but checks no rules: the store above it has done so.</summary>
public interface IRevisionedEngine : IKvTransactions, ILeaseSource, IAsyncDisposable
{
    /// <summary>The number of pages of one listing to request at once. Default: 1, for an engine in this process; more for a server that processes several
    /// requests in parallel.</summary>
    int PagesAtOnce => 1;

    /// <inheritdoc cref="IKvStore.PingAsync"/>
    ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken);

    /// <summary>Checks every endpoint at once, as in <see cref="IKvEndpoints.CheckEndpointsAsync"/>. Default: the engine is one endpoint, which is
    /// pinged.</summary>
    IAsyncEnumerable<KvEndpointStatus> CheckEndpointsAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        EndpointChecks.ByPing(PingAsync, Info, timeout, cancellationToken);

    /// <summary>Returns a capability that the engine has in addition to the contract, for <see cref="IKvStore.TryGetCapability"/>; null if it does not have
    /// it.</summary>
    TCapability? CapabilityOf<TCapability>() where TCapability : class => null;

    /// <summary>Writes a value and attaches the key to a lease, or to none (null).</summary>
    ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, long? leaseId, CancellationToken cancellationToken);

    /// <summary>Reads one key; null if it does not exist.</summary>
    ValueTask<KvPair?> GetAsync(string key, KvReadOptions options, CancellationToken cancellationToken);

    /// <summary>Removes one key; false if it did not exist.</summary>
    ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>Reads one page of a range.</summary>
    /// <exception cref="KvHistoryChangedException">The store no longer has the requested history.</exception>
    ValueTask<KvPage> RangeAsync(KvRangeQuery query, CancellationToken cancellationToken);

    /// <summary>Streams every change of a range from a revision on, once and in order, without an end. Changes of one revision come in one batch, which is
    /// never empty. Waits during an outage.</summary>
    /// <exception cref="KvCompactedException">The next revision to deliver is no longer kept.</exception>
    /// <exception cref="KvHistoryChangedException">The store no longer has the followed history.</exception>
    IAsyncEnumerable<IReadOnlyList<KvEvent>> WatchAsync(KvWatchQuery query, CancellationToken cancellationToken);

    /// <summary>Streams the changes of one key, newest first, for <see cref="IKvHistory.HistoryAsync"/>. Empty if no change is kept.</summary>
    IAsyncEnumerable<KvEvent> HistoryAsync(string key, bool sinceCreation, CancellationToken cancellationToken);

    /// <summary>Writes a snapshot, as in <see cref="IKvSnapshots.SaveSnapshotAsync"/>. Default: not supported.</summary>
    ValueTask<KvSnapshot> SaveSnapshotAsync(Stream destination, KvSnapshotOptions options, CancellationToken cancellationToken) =>
        throw new KvNotSupportedException("snapshots", Info);

    /// <inheritdoc cref="IKvLeases.GetLeaseAsync"/>
    ValueTask<KvLease> GetLeaseAsync(long leaseId, CancellationToken cancellationToken);

    /// <summary>Lists the numbers of all leases.</summary>
    ValueTask<IReadOnlyList<long>> ListLeaseIdsAsync(CancellationToken cancellationToken);

    // The store compares, because etcd 3.7 omits the lease in an answer without values. The read makes the comparison linearizable: etcd treats a transaction
    // without operations as one that any member may answer from its own state.
    async ValueTask<bool?> ILeaseSource.IsAttachedAsync(string key, long leaseId, CancellationToken cancellationToken)
    {
        var look = new KvOperation.Read(KvRange.Key(key)) { CountOnly = true };
        var transaction = new KvTransaction { If = [KvCondition.HasLease(key, leaseId)], Then = [look], Else = [look] };
        var result = await CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? true : result.Results[0].Count > 0 ? false : null;
    }
}
