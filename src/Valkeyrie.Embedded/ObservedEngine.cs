using System.Runtime.CompilerServices;
using Valkeyrie.Engine.Telemetry;

namespace Valkeyrie.Embedded;

/// <summary>The engine with traces, measurements and observation: each call is one attempt, and its endpoint is the file. Without a listener it passes calls on
/// unchanged.</summary>
/// <param name="engine">The engine.</param>
internal sealed class ObservedEngine(EmbeddedEngine engine) : IRevisionedEngine
{
    private static readonly StoreSystem System = new("sqlite") { IsInProcess = true };

    public KvStoreInfo Info => engine.Info;

    public TimeSpan Timeout => engine.Timeout;

    public TCapability? CapabilityOf<TCapability>() where TCapability : class => engine.CapabilityOf<TCapability>();

    public ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken) =>
        ObserveAsync("Ping", null, () => engine.PingAsync(cancellationToken));

    public ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, long? leaseId, CancellationToken cancellationToken) =>
        CallTelemetry.IsObserved ? ObservedPutAsync(key, value, leaseId, cancellationToken) : engine.PutAsync(key, value, leaseId, cancellationToken);

    public ValueTask<KvPair?> GetAsync(string key, KvReadOptions options, CancellationToken cancellationToken) =>
        CallTelemetry.IsObserved ? ObservedGetAsync(key, options, cancellationToken) : engine.GetAsync(key, options, cancellationToken);

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) =>
        CallTelemetry.IsObserved ? ObservedDeleteAsync(key, cancellationToken) : engine.DeleteAsync(key, cancellationToken);

    public ValueTask<KvPage> RangeAsync(KvRangeQuery query, CancellationToken cancellationToken) =>
        CallTelemetry.IsObserved ? ObservedRangeAsync(query, cancellationToken) : engine.RangeAsync(query, cancellationToken);

    public ValueTask<KvTransactionResult> CommitAsync(KvTransaction transaction, CancellationToken cancellationToken = default) =>
        CallTelemetry.IsObserved ? ObservedCommitAsync(transaction, cancellationToken) : engine.CommitAsync(transaction, cancellationToken);

    public ValueTask<KvLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken) => ObserveAsync("GrantLease", null, () => engine.GrantLeaseAsync(ttl, cancellationToken));

    public ValueTask<KvLease> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken) =>
        ObserveAsync("RenewLease", null, () => engine.RenewLeaseAsync(leaseId, cancellationToken));

    public async ValueTask RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken) => await ObserveAsync("RevokeLease", null, async () =>
    {
        await engine.RevokeLeaseAsync(leaseId, cancellationToken).ConfigureAwait(false);
        return true;
    }).ConfigureAwait(false);

    public ValueTask<KvLease> GetLeaseAsync(long leaseId, CancellationToken cancellationToken) =>
        ObserveAsync("GetLease", null, () => engine.GetLeaseAsync(leaseId, cancellationToken));

    public ValueTask<IReadOnlyList<long>> ListLeaseIdsAsync(CancellationToken cancellationToken) =>
        ObserveAsync("ListLeases", null, () => engine.ListLeaseIdsAsync(cancellationToken));

    public ValueTask<KvSnapshot> SaveSnapshotAsync(Stream destination, KvSnapshotOptions options, CancellationToken cancellationToken) =>
        ObserveAsync("Snapshot", null, () => engine.SaveSnapshotAsync(destination, options, cancellationToken));

    // A watch is not a call: writes of other clients wake it.
    public IAsyncEnumerable<IReadOnlyList<KvEvent>> WatchAsync(KvWatchQuery query, CancellationToken cancellationToken) => engine.WatchAsync(query, cancellationToken);

    public async IAsyncEnumerable<KvEvent> HistoryAsync(string key, bool sinceCreation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The first part is reported, as for every answer in parts.
        var changes = engine.HistoryAsync(key, sinceCreation, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = changes.ConfigureAwait(false);
        var more = await ObserveAsync("History", key, changes.MoveNextAsync).ConfigureAwait(false);
        while (more)
        {
            yield return changes.Current;
            more = await changes.MoveNextAsync().ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    private ValueTask<T> ObserveAsync<T>(string operation, string? key, Func<ValueTask<T>> call) => ObserveAsync(Info.Endpoints[0], operation, key, call);

    // The most frequent calls have separate methods, so that the objects of a closure are created only with a listener.
    private ValueTask<KvPair> ObservedPutAsync(string key, ReadOnlyMemory<byte> value, long? leaseId, CancellationToken cancellationToken) =>
        ObserveAsync("Put", key, () => engine.PutAsync(key, value, leaseId, cancellationToken));

    private ValueTask<KvPair?> ObservedGetAsync(string key, KvReadOptions options, CancellationToken cancellationToken) =>
        ObserveAsync("Get", key, () => engine.GetAsync(key, options, cancellationToken));

    private ValueTask<bool> ObservedDeleteAsync(string key, CancellationToken cancellationToken) => ObserveAsync("Delete", key, () => engine.DeleteAsync(key, cancellationToken));

    private ValueTask<KvPage> ObservedRangeAsync(KvRangeQuery query, CancellationToken cancellationToken) =>
        ObserveAsync("Range", query.Range.Text, () => engine.RangeAsync(query, cancellationToken));

    private ValueTask<KvTransactionResult> ObservedCommitAsync(KvTransaction transaction, CancellationToken cancellationToken) =>
        ObserveAsync("Txn", null, () => engine.CommitAsync(transaction, cancellationToken));

    /// <summary>Makes a call and reports it to the listeners.</summary>
    /// <param name="endpoint">The file.</param>
    /// <param name="operation">The name of the call.</param>
    /// <param name="key">The key of the call; null for none.</param>
    /// <param name="call">Makes the call.</param>
    internal static async ValueTask<T> ObserveAsync<T>(string endpoint, string operation, string? key, Func<ValueTask<T>> call)
    {
        var observed = CallTelemetry.Begin(System, operation, key);
        observed?.BeginAttempt(endpoint);
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            observed?.Failed(e);
            throw;
        }
        finally
        {
            observed?.End();
        }
    }
}
