namespace Valkeyrie;

/// <summary>The changes of a mirror that are under way to its destination. Changes of different keys run concurrently, those of one key one after another. Not
/// thread-safe.</summary>
/// <remarks>Completed changes are removed in order, so that all before a removed one are completed too. If the destination cannot be reached, all remaining
/// changes are made again, from the first one on: a retried change must not overtake a later change of the same key.</remarks>
/// <param name="store">The destination.</param>
/// <param name="most">The maximum number of changes under way.</param>
/// <param name="away">Called with the reason when the destination cannot be written to, and with null when it can again.</param>
/// <param name="doubt">Called with the source's key of each write that may have been made, or may still be made.</param>
#pragma warning disable CA1001 // its cancellation source holds no timer and no handle
internal sealed class MirroredChanges(IKvStore store, int most, Action<KvException?> away, Action<string> doubt)
#pragma warning restore CA1001
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(500);

    // Writes under way at the end of a mirror have this time to finish.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);

    private readonly Queue<Change> _onTheirWay = new();
    private readonly CancellationTokenSource _ended = new();
    private KvBatchWriter? _writer;
    private bool _isAway;
    private long _written;
    private long _removed;

    /// <summary>The number of written values.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>The number of removed keys.</summary>
    public long Removed => Interlocked.Read(ref _removed);

    /// <summary>The number of changes under way.</summary>
    public int Count => _onTheirWay.Count;

    /// <summary>The first change under way; there must be one.</summary>
    public Task First => _onTheirWay.Peek().Work;

    /// <summary>The revision up to which all changes are made; 0 if none is. A revision can contain several changes, so it is one before that of the last
    /// change made.</summary>
    public long DoneUpTo { get; private set; }

    /// <summary>The last completed change; null if none is.</summary>
    public KvEvent? Last { get; private set; }

    /// <summary>The witness that identifies the destination's history: the write with the highest revision there. Null if a removal followed, because its
    /// revision is not known.</summary>
    public KvHistoryWitness? Witness { get; private set; }

    /// <summary>Writes a pair.</summary>
    public ValueTask PutAsync(KvEvent change, string key, long? leaseId, CancellationToken cancellationToken) =>
        AddAsync(new Change(change, writer => writer.PutAsync(key, change.GetBytes(), leaseId)), cancellationToken);

    /// <summary>Removes a key.</summary>
    public ValueTask RemoveAsync(KvEvent change, string key, CancellationToken cancellationToken) =>
        AddAsync(new Change(change, writer => writer.TryDeleteAsync(key)), cancellationToken);

    /// <summary>Records a change for which nothing needs to be written.</summary>
    public ValueTask PassAsync(KvEvent change, CancellationToken cancellationToken) => AddAsync(new Change(change, _ => Task.CompletedTask), cancellationToken);

    /// <summary>Writes a pair of the source, or removes its key, once more. Does not change <see cref="DoneUpTo"/>.</summary>
    /// <param name="pair">The pair; null to remove the key.</param>
    /// <param name="sourceKey">Its key in the source.</param>
    /// <param name="key">Its key in the destination.</param>
    /// <param name="leaseId">The lease to attach it to; null for none.</param>
    /// <param name="cancellationToken">Ends the wait for a free place.</param>
    public ValueTask RepeatAsync(KvPair? pair, string sourceKey, string key, long? leaseId, CancellationToken cancellationToken)
    {
        var change = new KvEvent { Type = pair is null ? KvEventType.Delete : KvEventType.Put, Pair = pair ?? new KvPair { Key = sourceKey } };
        return AddAsync(
            new Change(change, writer => pair is null ? writer.TryDeleteAsync(key) : writer.PutAsync(key, pair.GetBytes(), leaseId)) { IsRepeated = true }, cancellationToken);
    }

    /// <summary>Removes completed changes, and retries those that failed because the destination could not be reached.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="leave">The maximum number of changes that may remain under way.</param>
    /// <exception cref="KvException">The destination refused a change.</exception>
    public async ValueTask SettleAsync(CancellationToken cancellationToken, int leave = int.MaxValue)
    {
        while (_onTheirWay.TryPeek(out var first) && (first.Work.IsCompleted || _onTheirWay.Count > leave))
        {
            try
            {
                await first.Work.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (KvException e) when (e is KvUnreachableException or KvTimeoutException)
            {
                _isAway = true;
                away(e);
                await MakeAgainAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (_isAway)
            {
                _isAway = false;
                away(null);
            }

            Take(_onTheirWay.Dequeue());
        }
    }

    /// <summary>Waits until no change is under way, regardless of the outcome, and discards the changes that were not made.</summary>
    public async ValueTask AbandonAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_onTheirWay.Select(change => change.Work)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        NoteDoubts();
        _onTheirWay.Clear();
        _isAway = false;
    }

    /// <summary>Resets the progress, at the beginning or after another comparison.</summary>
    /// <param name="witness">The present witness of the destination's history.</param>
    public void Begin(KvHistoryWitness? witness) => (DoneUpTo, Last, Witness) = (0, null, witness);

    /// <summary>Waits a short time for the changes under way, then discards the rest. Does not throw.</summary>
    public async ValueTask EndAsync()
    {
        await Task.WhenAny(Task.WhenAll(_onTheirWay.Select(change => change.Work)), Task.Delay(EndPatience)).ConfigureAwait(false);
        await _ended.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_onTheirWay.Select(change => change.Work)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_onTheirWay.TryPeek(out var first) && first.Work.IsCompletedSuccessfully)
        {
            Take(_onTheirWay.Dequeue());
        }
    }

    /// <summary>Checks whether a write failed in such a way that it may have been made, or may still be made.</summary>
    /// <param name="write">The write.</param>
    internal static bool MayComeLate(Task write) =>
        write.Exception?.InnerException is KvException { NotSent: false } e && e is KvUnreachableException or KvTimeoutException;

    private async ValueTask AddAsync(Change change, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken, most - 1).ConfigureAwait(false);
        Make(change);
        _onTheirWay.Enqueue(change);
    }

    // All changes have ended before the first is retried, so that no earlier attempt can arrive after it.
    private async ValueTask MakeAgainAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_onTheirWay.Select(change => change.Work)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        NoteDoubts();
        await Task.Delay(AwayPause, cancellationToken).ConfigureAwait(false);
        foreach (var change in _onTheirWay)
        {
            Make(change);
        }
    }

    private void NoteDoubts()
    {
        foreach (var change in _onTheirWay)
        {
            if (MayComeLate(change.Work))
            {
                doubt(change.Event.Key);
            }
        }
    }

    private void Make(Change change)
    {
        _writer ??= new KvBatchWriter(store, cancellationToken: _ended.Token);
        change.Work = change.Send(_writer);
    }

    private void Take(Change change)
    {
        switch (change.Work)
        {
            case Task<KvPair> written:
                Interlocked.Increment(ref _written);
                Witness = written.Result.Revision > (Witness?.Revision ?? 0) ? KvHistoryWitness.Of(written.Result) : Witness;
                break;
            case Task<bool> { Result: true }:
                Interlocked.Increment(ref _removed);
                Witness = null;
                break;
        }

        if (change.IsRepeated)
        {
            return;
        }

        Last = change.Event;
        DoneUpTo = Math.Max(DoneUpTo, change.Event.Revision - 1);
    }

    private sealed class Change(KvEvent change, Func<KvBatchWriter, Task> send)
    {
        public KvEvent Event => change;

        public Func<KvBatchWriter, Task> Send => send;

        public bool IsRepeated { get; init; }

        public Task Work { get; set; } = Task.CompletedTask;
    }
}
