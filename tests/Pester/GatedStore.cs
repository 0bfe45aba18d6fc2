using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Valkeyrie;

/// <summary>A store that shows how writes are sent: it answers the first one immediately, and the others only when a number of them are in flight, the last one
/// first. If too few arrive, for example because the machine stalls, a timer answers them.</summary>
public sealed class GatedStore : IKvStore
{
    private readonly object _gate = new object();
    private readonly List<(string Key, TaskCompletionSource<KvPair> Answer)> _waiting = new List<(string, TaskCompletionSource<KvPair>)>();
    private readonly int _wanted;
    private readonly Timer _timer;
    private long _revision;

    public GatedStore(int wanted)
    {
        _wanted = wanted;
        _timer = new Timer(_ => AnswerAll(), null, 500, 500);
    }

    public int MostInFlight { get; private set; }

    public bool SameKeyOverlapped { get; private set; }

    public KvStoreInfo Info => new KvStoreInfo("gated", "gated:", Array.Empty<string>(), "", null, null);

    public ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions options = null, CancellationToken cancellationToken = default)
    {
        var answer = new TaskCompletionSource<KvPair>(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken));
        lock (_gate)
        {
            SameKeyOverlapped |= _waiting.Any(w => w.Key == key);
            _waiting.Add((key, answer));
            MostInFlight = Math.Max(MostInFlight, _waiting.Count);
            if (_waiting.Count >= _wanted || _revision == 0)
            {
                AnswerAll();
            }
        }

        return new ValueTask<KvPair>(answer.Task);
    }

    private void AnswerAll()
    {
        lock (_gate)
        {
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                _waiting[i].Answer.TrySetResult(new KvPair { Key = _waiting[i].Key, Revision = ++_revision });
            }

            _waiting.Clear();
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    public ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<KvPair> TryGetAsync(string key, KvReadOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<bool> ExistsAsync(string key, KvReadOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<bool> TryDeleteAsync(string key, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<KvPair> ListAsync(KvRange range, KvListOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<long> CountAsync(KvRange range, KvReadOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<long> TryDeleteTreeAsync(KvRange range, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<KvWriteResult> TryAtomicPutAsync(
        string key, ReadOnlyMemory<byte> value, long revision, KvPutOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<KvWriteResult> TryAtomicDeleteAsync(string key, long revision, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<KvEvent> WatchAsync(string key, KvWatchOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<KvEvent> WatchTreeAsync(KvRange range, KvWatchOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<KvLock> LockAsync(string key, KvLockOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
