namespace Valkeyrie;

/// <summary>Copies a tree to a tree of a store. It compares both key by key and writes only the differences, many writes in one transaction
/// (<see cref="KvBatchWriter"/>), so a repeated copy costs little more than reading.</summary>
/// <remarks>Neither tree is held in memory. Times to live are not copied: a destination key that has one, and is in the source, is written without it;
/// <see cref="KvTreeCopyResult.Permanent"/> counts the keys that expire in the source. The keys
/// of contenders in the destination's elections are neither written nor removed (<see cref="IKvElections.IsContender"/>). Use an object for one copy.</remarks>
public sealed class KvTreeCopy
{
    private readonly KvTreeContent _source;
    private readonly IKvStore _store;
    private readonly KvRange _destination;
    private readonly KvTreeCopyOptions _options;
    private readonly MirroredLeases? _leases;
    private readonly IKvElections? _elections;
    private readonly Queue<Step> _inFlight = new();
    private readonly List<BatchedWrite> _gathered = [];
    private long _written;
    private long _unchanged;
    private long _removed;
    private long _permanent;
    private volatile string? _firstPermanent;
    private volatile KvTreeDifference? _last;

    /// <summary>Prepares a copy.</summary>
    /// <param name="source">The tree to copy.</param>
    /// <param name="store">The store to write to.</param>
    /// <param name="destination">The directory, prefix or whole store to write to. A directory need not exist.</param>
    /// <param name="options">Options of the copy; null for the defaults.</param>
    /// <exception cref="KvInvalidArgumentException">The destination is a single key, or an option is not valid.</exception>
    public KvTreeCopy(KvTreeContent source, IKvStore store, KvRange destination, KvTreeCopyOptions? options = null)
        : this(source, store, destination, options, leases: null)
    {
    }

    /// <inheritdoc cref="KvTreeCopy(KvTreeContent, IKvStore, KvRange, KvTreeCopyOptions)"/>
    /// <param name="source">The tree to copy.</param>
    /// <param name="store">The store to write to.</param>
    /// <param name="destination">The directory, prefix or whole store to write to.</param>
    /// <param name="options">Options of the copy; null for the defaults.</param>
    /// <param name="leases">Maps leases of the source to leases of the store; null to write keys that do not expire.</param>
    internal KvTreeCopy(KvTreeContent source, IKvStore store, KvRange destination, KvTreeCopyOptions? options, MirroredLeases? leases)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(destination);
        _source = source;
        _store = store;
        _destination = destination.Kind != KvRangeKind.Key
            ? destination
            : throw new KvInvalidArgumentException("A tree cannot be copied to a single key. Specify a directory.") { ParamName = nameof(destination), Key = destination.Text };
        _options = options ?? new KvTreeCopyOptions();
        _leases = leases;
        _elections = store.TryGetCapability<IKvElections>(out var elections) ? elections : null;
        if (_options.InFlight < 1)
        {
            throw new KvInvalidArgumentException($"The number of writes in flight must be at least 1; it is {_options.InFlight}.") { ParamName = nameof(KvTreeCopyOptions.InFlight) };
        }
    }

    /// <summary>The current progress; can be read at any time, from any thread.</summary>
    public KvTreeCopyResult Progress => new(
        Interlocked.Read(ref _written), Interlocked.Read(ref _unchanged), Interlocked.Read(ref _removed), _last?.RelativeKey)
    {
        Permanent = Interlocked.Read(ref _permanent),
        FirstPermanent = _firstPermanent,
    };

    /// <summary>The keys, relative to the tree, whose failed writes may still be made.</summary>
    internal IReadOnlyList<string> Doubtful { get; private set; } = [];

    /// <summary>The pair with the highest revision in the destination among those that equal the source; null if none do yet.</summary>
    internal KvPair? Newest { get; private set; }

    /// <summary>Makes the copy. It ends at the first failure; <see cref="Progress"/> then shows where to resume.</summary>
    /// <param name="cancellationToken">Ends the copy early. Writes under way may still be made.</param>
    /// <returns>The result of the copy.</returns>
    /// <exception cref="KvException">Reading the source failed, or reading or writing the destination.</exception>
    public async Task<KvTreeCopyResult> RunAsync(CancellationToken cancellationToken = default)
    {
        var after = _options.StartAfter;
        var together = Math.Min(_options.InFlight, KvBatchWriter.DefaultOperations);
        var writer = new KvBatchWriter(_store, new KvBatchOptions { Operations = _options.InFlight == 1 ? 1 : null, StopAtRefusal = true }, cancellationToken);
        try
        {
            var trees = new KvTreeComparison.TwoTrees(_source, Existing(after), cancellationToken);
            await using (trees.ConfigureAwait(false))
            {
                while (await trees.MoveNextAsync().ConfigureAwait(false))
                {
                    var difference = trees.Current;
                    if (IsSkipped(difference, ref after))
                    {
                        continue;
                    }

                    if (_inFlight.Count >= _options.InFlight)
                    {
                        await FinishAsync(_options.InFlight - together, writer).ConfigureAwait(false);
                    }

                    _inFlight.Enqueue(_leases is not null && difference.Reference?.LeaseId is { } id
                        ? Begin(difference, await _leases.StandingForAsync(id, cancellationToken).ConfigureAwait(false))
                        : Begin(difference, new MirroredLease(null)));
                    if (_gathered.Count >= together)
                    {
                        HandOver(writer);
                    }
                }
            }

            await FinishAsync(0, writer).ConfigureAwait(false);
        }
        finally
        {
            // Writes not sent yet are not made after a failure.
            _gathered.ForEach(write => write.Cancel());

            // Other writes may be under way after a failure. The copy waits for them, and counts them up to the first that was not made.
            await Task.WhenAll(_inFlight.Select(step => step.Work)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (_inFlight.TryPeek(out var step) && step.Work.IsCompletedSuccessfully)
            {
                Count(_inFlight.Dequeue());
            }

            Doubtful = [.. _inFlight.Where(step => MirroredChanges.MayComeLate(step.Work)).Select(step => step.Difference.RelativeKey)];
        }

        return Progress;
    }

    /// <summary>Counts what <see cref="RunAsync"/> would do now, and writes nothing. Reads both trees. Use another object for the copy.</summary>
    /// <param name="removed">Called, on any thread, with each key that would be removed, relative to the tree; null to count only.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <returns>The numbers of keys that would be written, left unchanged and removed.</returns>
    /// <exception cref="KvException">Reading the source or the destination failed.</exception>
    public async Task<KvTreeCopyResult> PreviewAsync(Action<string>? removed = null, CancellationToken cancellationToken = default)
    {
        var after = _options.StartAfter;
        await foreach (var difference in KvTreeComparison.CompareAsync(_source, Existing(after), cancellationToken).ConfigureAwait(false))
        {
            if (IsSkipped(difference, ref after))
            {
                continue;
            }

            if (difference.Kind == KvDifferenceKind.OnlyDifference)
            {
                Interlocked.Increment(ref _removed);
                removed?.Invoke(difference.RelativeKey);
            }
            else if (IsKept(difference, leaseId: null))
            {
                Interlocked.Increment(ref _unchanged);
            }
            else
            {
                Interlocked.Increment(ref _written);
            }

            Complete(difference);
        }

        return Progress;
    }

    private KvTreeContent Existing(string? after) => KvTreeContent.WithContenders(
        _store, _destination, new KvListOptions { After = after is null ? null : _destination.Start + after }).OrEmpty();

    // True for a key up to the one to start after, for a key that only a copy with Prune concerns, and for a contender's key: a write would detach it from its lease, and a removal
    // would end its leadership.
    private bool IsSkipped(KvTreeDifference difference, ref string? after)
    {
        if (after is not null && KeyOrder.Compare(difference.RelativeKey, after) <= 0)
        {
            return true;
        }

        after = null;
        return (difference.Kind == KvDifferenceKind.OnlyDifference && !_options.Prune) || (difference.Difference is { } existing && _elections?.IsContender(existing) == true);
    }

    private static bool IsKept(KvTreeDifference difference, long? leaseId) => difference.Kind == KvDifferenceKind.Equal
        && difference.Difference!.LeaseId == leaseId && (leaseId is not null || difference.Difference.Ttl is null);

    private Step Begin(KvTreeDifference difference, MirroredLease lease)
    {
        if (difference.Kind == KvDifferenceKind.OnlyDifference)
        {
            var removal = new BatchedDelete(difference.Difference!.Key);
            _gathered.Add(removal);
            return new(difference, StepKind.Remove, removal.Task);
        }

        if (lease.HasEnded)
        {
            return new(difference, StepKind.Pass, Task.CompletedTask);
        }

        if (IsKept(difference, lease.Id))
        {
            return new(difference, StepKind.Keep, Task.CompletedTask);
        }

        var write = new BatchedPut(_destination.Start + difference.RelativeKey, difference.Reference!.GetBytes(), lease.Id);
        _gathered.Add(write);
        return new(difference, StepKind.Write, write.Task);
    }

    // All at once, because the writer's lock is shared with the completion of writes: each acquisition costs about as much as a write.
    private void HandOver(KvBatchWriter writer)
    {
        writer.AddAll(_gathered);
        _gathered.Clear();
    }

    // In order, so that every key before the last completed one is completed too.
    private async ValueTask FinishAsync(int leave, KvBatchWriter writer)
    {
        if (_gathered.Count > 0)
        {
            HandOver(writer);
        }

        if (_inFlight.Count > leave)
        {
            // Waits for the last of them first: the writes of a transaction end one after another, and a wait for each would resume the copy on another thread each time.
            // After a failure this one ends too, because nothing more is sent.
            await _inFlight.ElementAt(_inFlight.Count - leave - 1).Work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        while (_inFlight.TryPeek(out var step) && (step.Work.IsCompleted || _inFlight.Count > leave))
        {
            await step.Work.ConfigureAwait(false);
            _inFlight.Dequeue();
            Count(step);
        }
    }

    private void Count(Step step)
    {
        switch (step.Kind)
        {
            case StepKind.Write:
                Interlocked.Increment(ref _written);
                Note(((Task<KvPair>)step.Work).Result);
                break;
            case StepKind.Keep:
                Interlocked.Increment(ref _unchanged);
                Note(step.Difference.Difference!);
                break;
            case StepKind.Remove when ((Task<bool>)step.Work).Result: Interlocked.Increment(ref _removed); break;
        }

        Complete(step.Difference);
    }

    private void Complete(KvTreeDifference difference)
    {
        if (_leases is null && difference.Reference is { LeaseId: not null } or { Ttl: not null })
        {
            _firstPermanent ??= difference.RelativeKey;
            Interlocked.Increment(ref _permanent);
        }

        _last = difference;
    }

    private void Note(KvPair pair) => Newest = pair.Revision > (Newest?.Revision ?? 0) ? pair : Newest;

    private enum StepKind
    {
        Pass,
        Write,
        Keep,
        Remove,
    }

    // Not a structure: the runtime would compile the queue of them while it runs, and a copy often runs in a process that has just started.
    private sealed record Step(KvTreeDifference Difference, StepKind Kind, Task Work);
}
