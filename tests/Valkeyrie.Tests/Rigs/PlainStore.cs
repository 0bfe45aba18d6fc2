namespace Valkeyrie.Tests.Rigs;

/// <summary>Another store with nothing but the eleven calls, as somebody else may write one. Does not close it.</summary>
public class PlainStore(IKvStore inner) : IKvStore
{
    public KvStoreInfo Info => inner.Info;

    public ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken = default) => inner.PingAsync(cancellationToken);

    public virtual ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions? options = null, CancellationToken cancellationToken = default) =>
        inner.PutAsync(key, value, options, cancellationToken);

    public ValueTask<KvPair?> TryGetAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default) =>
        inner.TryGetAsync(key, options, cancellationToken);

    public ValueTask<bool> ExistsAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default) =>
        inner.ExistsAsync(key, options, cancellationToken);

    public virtual ValueTask<bool> TryDeleteAsync(string key, CancellationToken cancellationToken = default) => inner.TryDeleteAsync(key, cancellationToken);

    public IAsyncEnumerable<KvPair> ListAsync(KvRange range, KvListOptions? options = null, CancellationToken cancellationToken = default) =>
        inner.ListAsync(range, options, cancellationToken);

    public ValueTask<long> CountAsync(KvRange range, KvReadOptions? options = null, CancellationToken cancellationToken = default) =>
        inner.CountAsync(range, options, cancellationToken);

    public ValueTask<long> TryDeleteTreeAsync(KvRange range, CancellationToken cancellationToken = default) => inner.TryDeleteTreeAsync(range, cancellationToken);

    public ValueTask<KvWriteResult> TryAtomicPutAsync(
        string key, ReadOnlyMemory<byte> value, long revision, KvPutOptions? options = null, CancellationToken cancellationToken = default) =>
        inner.TryAtomicPutAsync(key, value, revision, options, cancellationToken);

    public ValueTask<KvWriteResult> TryAtomicDeleteAsync(string key, long revision, CancellationToken cancellationToken = default) =>
        inner.TryAtomicDeleteAsync(key, revision, cancellationToken);

    public IAsyncEnumerable<KvEvent> WatchAsync(string key, KvWatchOptions? options = null, CancellationToken cancellationToken = default) =>
        inner.WatchAsync(key, options, cancellationToken);

    public IAsyncEnumerable<KvEvent> WatchTreeAsync(KvRange range, KvWatchOptions? options = null, CancellationToken cancellationToken = default) =>
        inner.WatchTreeAsync(range, options, cancellationToken);

    public ValueTask<KvLock> LockAsync(string key, KvLockOptions? options = null, CancellationToken cancellationToken = default) =>
        inner.LockAsync(key, options, cancellationToken);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
