using System.Runtime.CompilerServices;

namespace Valkeyrie.Tests.Embedded;

/// <summary>An engine that can be cut off from its callers: afterwards it begins no operation, as if the process had
/// been killed.</summary>
internal sealed class MortalEngine(IRevisionedEngine engine) : IRevisionedEngine
{
    private volatile CancellationTokenSource _killed = new();

    public KvStoreInfo Info => engine.Info;

    public TimeSpan Timeout => engine.Timeout;

    public void Kill() => _killed.Cancel();

    public void Revive() => _killed = new CancellationTokenSource();

    public ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken) => Living().PingAsync(cancellationToken);

    public ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, long? leaseId, CancellationToken cancellationToken) =>
        Living().PutAsync(key, value, leaseId, cancellationToken);

    public ValueTask<KvPair?> GetAsync(string key, KvReadOptions options, CancellationToken cancellationToken) => Living().GetAsync(key, options, cancellationToken);

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) => Living().DeleteAsync(key, cancellationToken);

    public ValueTask<KvPage> RangeAsync(KvRangeQuery query, CancellationToken cancellationToken) => Living().RangeAsync(query, cancellationToken);

    public ValueTask<KvTransactionResult> CommitAsync(KvTransaction transaction, CancellationToken cancellationToken = default) =>
        Living().CommitAsync(transaction, cancellationToken);

    public ValueTask<KvLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken) => Living().GrantLeaseAsync(ttl, cancellationToken);

    public ValueTask<KvLease> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken) => Living().RenewLeaseAsync(leaseId, cancellationToken);

    public ValueTask RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken) => Living().RevokeLeaseAsync(leaseId, cancellationToken);

    public async IAsyncEnumerable<IReadOnlyList<KvEvent>> WatchAsync(KvWatchQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _killed.Token);
        await foreach (var events in engine.WatchAsync(query, ended.Token))
        {
            yield return events;
        }
    }

    public IAsyncEnumerable<KvEvent> HistoryAsync(string key, bool sinceCreation, CancellationToken cancellationToken) =>
        Living().HistoryAsync(key, sinceCreation, cancellationToken);

    public ValueTask<KvLease> GetLeaseAsync(long leaseId, CancellationToken cancellationToken) => Living().GetLeaseAsync(leaseId, cancellationToken);

    public ValueTask<IReadOnlyList<long>> ListLeaseIdsAsync(CancellationToken cancellationToken) => Living().ListLeaseIdsAsync(cancellationToken);

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    private IRevisionedEngine Living() => _killed.IsCancellationRequested
        ? throw new KvUnreachableException(KvUnreachableReason.ConnectionLost, "This store was cut off by its test.")
        : engine;
}
