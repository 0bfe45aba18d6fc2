namespace Valkeyrie;

/// <summary>The changes of a mirror that are on their way to its destination: many at once, those of one key one after the other. Used by one caller at a time.</summary>
/// <remarks>They are taken off in their order, so that all before one that is done is done as well. Where the destination is away, all that are still there are made
/// again, from the first one on: a later change of a key must not be overtaken by an earlier one that is tried again.</remarks>
/// <param name="store">The destination.</param>
/// <param name="most">The most that may be on their way.</param>
/// <param name="away">Called with the reason when the destination cannot be written to, and with null when it can again.</param>
/// <param name="doubt">Called with the source's key of each write that may have been made, or may still be.</param>
#pragma warning disable CA1001 // its cancellation source holds no timer and no handle
internal sealed class MirroredChanges(IKvStore store, int most, Action<KvException?> away, Action<string> doubt)
#pragma warning restore CA1001
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(500);

    // Writes under way when a mirror ends have this long to finish.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);

    private readonly Queue<Change> _onTheirWay = new();
    private readonly CancellationTokenSource _ended = new();
    private KvBatchWriter? _writer;
    private bool _isAway;
    private long _written;
    private long _removed;

    /// <summary>How many values were written.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>How many keys were removed.</summary>
    public long Removed => Interlocked.Read(ref _removed);

    /// <summary>How many changes are on their way.</summary>
    public int Count => _onTheirWay.Count;

    /// <summary>The first change on its way; there must be one.</summary>
    public Task First => _onTheirWay.Peek().Work;

    /// <summary>The revision up to which all changes are made; 0 before that. Of the last one that is made there may be more to come, so it lies before that.</summary>
    public long DoneUpTo { get; private set; }

    /// <summary>The last change that is made; null before that.</summary>
    public KvEvent? Last { get; private set; }

    /// <summary>Tells the destination's history from another one: the write with the highest revision there. Null if something was removed after it, since nobody
    /// tells at which revision.</summary>
    public KvHistoryWitness? Witness { get; private set; }

    /// <summary>Writes a pair.</summary>
    public ValueTask PutAsync(KvEvent change, string key, long? leaseId, CancellationToken cancellationToken) =>
        AddAsync(new Change(change, writer => writer.PutAsync(key, change.GetBytes(), leaseId)), cancellationToken);

    /// <summary>Removes a key.</summary>
    public ValueTask RemoveAsync(KvEvent change, string key, CancellationToken cancellationToken) =>
        AddAsync(new Change(change, writer => writer.TryDeleteAsync(key)), cancellationToken);

    /// <summary>Passes over a change of which nothing is made.</summary>
    public ValueTask PassAsync(KvEvent change, CancellationToken cancellationToken) => AddAsync(new Change(change, _ => Task.CompletedTask), cancellationToken);

    /// <summary>Writes a pair of the source, or removes its key, once more. Tells nothing about how far the changes are made.</summary>
    /// <param name="pair">The pair; null to remove the key.</param>
    /// <param name="sourceKey">Its key in the source.</param>
    /// <param name="key">Its key in the destination.</param>
    /// <param name="leaseId">The lease to attach it to; null for none.</param>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    public ValueTask RepeatAsync(KvPair? pair, string sourceKey, string key, long? leaseId, CancellationToken cancellationToken)
    {
        var change = new KvEvent { Type = pair is null ? KvEventType.Delete : KvEventType.Put, Pair = pair ?? new KvPair { Key = sourceKey } };
        return AddAsync(
            new Change(change, writer => pair is null ? writer.TryDeleteAsync(key) : writer.PutAsync(key, pair.GetBytes(), leaseId)) { IsRepeated = true }, cancellationToken);
    }

    /// <summary>Takes off the changes that are made, and makes those again that met a store that is away.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="leave">How many may be left that are still on their way.</param>
    /// <exception cref="KvException">The destination has refused a change.</exception>
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

    /// <summary>Waits until nothing is on its way, however it ends, and gives up what was not made.</summary>
    public async ValueTask AbandonAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_onTheirWay.Select(change => change.Work)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        NoteDoubts();
        _onTheirWay.Clear();
        _isAway = false;
    }

    /// <summary>Begins, or begins again once all has been compared.</summary>
    /// <param name="witness">What tells the destination's history from another one so far.</param>
    public void Begin(KvHistoryWitness? witness) => (DoneUpTo, Last, Witness) = (0, null, witness);

    /// <summary>Waits, for a moment, for what is on its way, and gives up the rest. Does not fail.</summary>
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

    /// <summary>True of a write that has failed in a way that leaves open whether it is made, or will be.</summary>
    /// <param name="write">The write.</param>
    internal static bool MayComeLate(Task write) =>
        write.Exception?.InnerException is KvException { NotSent: false } e && e is KvUnreachableException or KvTimeoutException;

    private async ValueTask AddAsync(Change change, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken, most - 1).ConfigureAwait(false);
        Make(change);
        _onTheirWay.Enqueue(change);
    }

    // All of them have ended before the first is made again, so that none that was made before can follow it.
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
