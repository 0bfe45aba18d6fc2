using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Valkeyrie;

/// <summary>A store on which another client writes a key at the worst moment: directly before the first conditional removal.</summary>
public class RacingStore : IKvStore
{
    private readonly string _key;
    private readonly string _value;
    private int _raced;

    public RacingStore(IKvStore inner, string key, string value)
    {
        Inner = inner;
        _key = key;
        _value = value;
    }

    protected IKvStore Inner { get; }

    public KvStoreInfo Info => Inner.Info;

    protected async ValueTask RaceAsync()
    {
        if (Interlocked.Exchange(ref _raced, 1) == 0)
        {
            await Inner.PutAsync(_key, Encoding.UTF8.GetBytes(_value));
        }
    }

    public async ValueTask<KvWriteResult> TryAtomicDeleteAsync(string key, long revision, CancellationToken cancellationToken = default)
    {
        await RaceAsync();
        return await Inner.TryAtomicDeleteAsync(key, revision, cancellationToken);
    }

    public ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken = default) => Inner.PingAsync(cancellationToken);

    public ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions options = null, CancellationToken cancellationToken = default) =>
        Inner.PutAsync(key, value, options, cancellationToken);

    public ValueTask<KvPair> TryGetAsync(string key, KvReadOptions options = null, CancellationToken cancellationToken = default) =>
        Inner.TryGetAsync(key, options, cancellationToken);

    public ValueTask<bool> ExistsAsync(string key, KvReadOptions options = null, CancellationToken cancellationToken = default) =>
        Inner.ExistsAsync(key, options, cancellationToken);

    public ValueTask<bool> TryDeleteAsync(string key, CancellationToken cancellationToken = default) => Inner.TryDeleteAsync(key, cancellationToken);

    public IAsyncEnumerable<KvPair> ListAsync(KvRange range, KvListOptions options = null, CancellationToken cancellationToken = default) =>
        Inner.ListAsync(range, options, cancellationToken);

    public ValueTask<long> CountAsync(KvRange range, KvReadOptions options = null, CancellationToken cancellationToken = default) =>
        Inner.CountAsync(range, options, cancellationToken);

    public ValueTask<long> TryDeleteTreeAsync(KvRange range, CancellationToken cancellationToken = default) => Inner.TryDeleteTreeAsync(range, cancellationToken);

    public ValueTask<KvWriteResult> TryAtomicPutAsync(
        string key, ReadOnlyMemory<byte> value, long revision, KvPutOptions options = null, CancellationToken cancellationToken = default) =>
        Inner.TryAtomicPutAsync(key, value, revision, options, cancellationToken);

    public IAsyncEnumerable<KvEvent> WatchAsync(string key, KvWatchOptions options = null, CancellationToken cancellationToken = default) =>
        Inner.WatchAsync(key, options, cancellationToken);

    public IAsyncEnumerable<KvEvent> WatchTreeAsync(KvRange range, KvWatchOptions options = null, CancellationToken cancellationToken = default) =>
        Inner.WatchTreeAsync(range, options, cancellationToken);

    public ValueTask<KvLock> LockAsync(string key, KvLockOptions options = null, CancellationToken cancellationToken = default) =>
        Inner.LockAsync(key, options, cancellationToken);

    public ValueTask DisposeAsync() => default;
}

/// <summary>The same for a store with transactions.</summary>
public sealed class RacingTransactions : RacingStore, IKvTransactions
{
    public RacingTransactions(IKvStore inner, string key, string value)
        : base(inner, key, value)
    {
    }

    public async ValueTask<KvTransactionResult> CommitAsync(KvTransaction transaction, CancellationToken cancellationToken = default)
    {
        await RaceAsync();
        return await ((IKvTransactions)Inner).CommitAsync(transaction, cancellationToken);
    }
}
