using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Valkeyrie;

/// <summary>A store that passes a number of puts and removals. The next ones wait for their release, or fail.</summary>
public sealed class HeldStore : IKvStore
{
    private readonly IKvStore _inner;
    private readonly bool _fails;
    private readonly TaskCompletionSource<bool> _release = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _free;
    private int _waiting;

    public HeldStore(IKvStore inner, int free, bool fails)
    {
        _inner = inner;
        _free = free;
        _fails = fails;
    }

    /// <summary>The number of calls that had to wait so far.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public bool IsHolding => Waiting > 0;

    public KvStoreInfo Info => new KvStoreInfo("held", "held:", Array.Empty<string>(), "", null, null);

    public void Release() => _release.TrySetResult(true);

    public async ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions options = null, CancellationToken cancellationToken = default)
    {
        await WaitAsync(key, cancellationToken);
        return await _inner.PutAsync(key, value, options, cancellationToken);
    }

    public async ValueTask<bool> TryDeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        await WaitAsync(key, cancellationToken);
        return await _inner.TryDeleteAsync(key, cancellationToken);
    }

    public async ValueTask<long> TryDeleteTreeAsync(KvRange range, CancellationToken cancellationToken = default)
    {
        await WaitAsync(range.Text, cancellationToken);
        return await _inner.TryDeleteTreeAsync(range, cancellationToken);
    }

    public IAsyncEnumerable<KvPair> ListAsync(KvRange range, KvListOptions options = null, CancellationToken cancellationToken = default) =>
        _inner.ListAsync(range, options, cancellationToken);

    public ValueTask DisposeAsync() => default;

    public ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken = default) => _inner.PingAsync(cancellationToken);

    public ValueTask<KvPair> TryGetAsync(string key, KvReadOptions options = null, CancellationToken cancellationToken = default) => _inner.TryGetAsync(key, options, cancellationToken);

    public ValueTask<bool> ExistsAsync(string key, KvReadOptions options = null, CancellationToken cancellationToken = default) => _inner.ExistsAsync(key, options, cancellationToken);

    public ValueTask<long> CountAsync(KvRange range, KvReadOptions options = null, CancellationToken cancellationToken = default) => _inner.CountAsync(range, options, cancellationToken);

    public ValueTask<KvWriteResult> TryAtomicPutAsync(
        string key, ReadOnlyMemory<byte> value, long revision, KvPutOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<KvWriteResult> TryAtomicDeleteAsync(string key, long revision, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<KvEvent> WatchAsync(string key, KvWatchOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<KvEvent> WatchTreeAsync(KvRange range, KvWatchOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<KvLock> LockAsync(string key, KvLockOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    private async Task WaitAsync(string key, CancellationToken cancellationToken)
    {
        if (Interlocked.Decrement(ref _free) >= 0)
        {
            return;
        }

        if (_fails)
        {
            throw new KvException(KvErrorCode.QuotaExceeded, "The space is used up.") { Key = key };
        }

        Interlocked.Increment(ref _waiting);
        await _release.Task.WaitAsync(cancellationToken);
    }
}
