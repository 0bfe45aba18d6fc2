using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>Mirrors a tree of one store to a tree of another, one way: it compares both, writes the differences, then repeats every change of the
/// source.</summary>
/// <remarks>
/// <para>The keys of contenders in elections are not mirrored, and a contender's key in the destination is not removed by a comparison
/// (<see cref="IKvElections.IsContender"/>).</para>
/// <para>Changes of one key are made in order. Changes of different keys are made concurrently, so the destination can briefly have a newer value of one key
/// and an older one of another. After a restart, changes since the last saved state are made again. A write with an unknown outcome is repeated when the
/// destination is reachable again, then after 5 seconds and after a minute, because the network may delay it. Changes by others in the destination remain until
/// the source changes the same key, or until the next comparison.</para>
/// <para>After the first comparison the mirror survives outages. If the source no longer keeps the changes in between, the mirror compares again. If the source
/// has another history, the mirror ends with <see cref="KvHistoryChangedException"/>, unless <see cref="KvTreeMirrorOptions.AcceptNewHistory"/> is set.</para>
/// <para>The mirror resumes without a comparison if both stores have <see cref="IKvHistory"/> and still have the history of the saved state. Use an object for
/// one mirror.</para>
/// </remarks>
public sealed class KvTreeMirror
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(1);

    private readonly IKvStore _source;
    private readonly KvRange _range;
    private readonly IKvStore _destination;
    private readonly KvRange _place;
    private readonly KvTreeMirrorOptions _options;
    private readonly MirroredChanges _changes;
    private readonly MirroredLeases? _leases;
    private readonly IKvElections? _elections;
    private readonly DoubtfulKeys _doubts = new();
    private volatile KvTreeCopy? _copy;
    private KvTreeMirrorState? _state;
    private KvTreeMirrorPhase _phase = KvTreeMirrorPhase.Comparing;
    private KvTreeMirrorPhase? _reported;
    private KvTreeCopyResult _compared = new(0, 0, 0, null);
    private int _comparisons;
    private KvException? _sourceOutage;
    private KvException? _destinationOutage;
    private long _savedAt;
    private long _savedUpTo;

    /// <summary>Prepares a mirror.</summary>
    /// <param name="source">The store to follow.</param>
    /// <param name="range">The tree to follow: a directory, a prefix or the whole store.</param>
    /// <param name="destination">The store to write to.</param>
    /// <param name="place">The directory, prefix or whole store to write to. A directory need not exist.</param>
    /// <param name="options">Options of the mirror; null for the defaults.</param>
    /// <exception cref="KvInvalidArgumentException">A range is a single key, one tree is a part of the other, or an option is not valid.</exception>
    /// <exception cref="KvNotSupportedException"><see cref="KvTreeMirrorOptions.IncludeTtl"/> is set, and a store has no leases.</exception>
    public KvTreeMirror(IKvStore source, KvRange range, IKvStore destination, KvRange place, KvTreeMirrorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        (_source, _range) = (source, NotOneKey(range));
        (_destination, _place) = (destination, NotOneKey(place));
        _options = options ?? new KvTreeMirrorOptions();
        if (_options.InFlight < 1)
        {
            throw new KvInvalidArgumentException($"The number of writes in flight must be at least 1; it is {_options.InFlight}.") { ParamName = nameof(KvTreeMirrorOptions.InFlight) };
        }

        if (IsOneStore(source, destination))
        {
            RefuseLoop();
        }

        _leases = _options.IncludeTtl ? new MirroredLeases(source.GetCapability<IKvLeases>(), destination.GetCapability<IKvLeases>()) : null;
        _elections = source.TryGetCapability<IKvElections>(out var elections) ? elections : null;
        _changes = new MirroredChanges(destination, _options.InFlight, NoteOutage, _doubts.Add);
    }

    /// <summary>The current status; can be read at any time, from any thread.</summary>
    public KvTreeMirrorStatus Status
    {
        get
        {
            var now = _copy?.Progress;
            var outage = Volatile.Read(ref _sourceOutage) ?? Volatile.Read(ref _destinationOutage);
            return new(
                _phase != KvTreeMirrorPhase.Ended && outage is not null ? KvTreeMirrorPhase.Away : _phase,
                _compared.Written + (now?.Written ?? 0) + _changes.Written,
                _compared.Unchanged + (now?.Unchanged ?? 0),
                _compared.Removed + (now?.Removed ?? 0) + _changes.Removed,
                Math.Max(_state?.Revision ?? 0, _changes.Last?.Revision ?? 0),
                Volatile.Read(ref _comparisons))
            { Outage = outage };
        }
    }

    /// <summary>Mirrors until it is cancelled; with <see cref="KvTreeMirrorOptions.Once"/> until the destination equals the source.</summary>
    /// <param name="cancellationToken">Ends the mirror. Changes under way have up to two seconds to finish; then the state is saved.</param>
    /// <returns>The final status, also after a cancellation.</returns>
    /// <exception cref="KvHistoryChangedException">The source has another history than before, and <see cref="KvTreeMirrorOptions.AcceptNewHistory"/> is not
    /// set.</exception>
    /// <exception cref="KvInvalidArgumentException">The state to resume from belongs to another mirror; both trees are in one cluster and one is a part of the
    /// other; or a mirror that prunes has no state and finds an empty source.</exception>
    /// <exception cref="KvException">A store refused a call, or could not be reached before the end of the first comparison.</exception>
    public async Task<KvTreeMirrorStatus> RunAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await MirrorAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The usual end of a mirror.
        }
        finally
        {
            await EndAsync().ConfigureAwait(false);
        }

        return Status;
    }

    private static KvRange NotOneKey(KvRange range)
    {
        ArgumentNullException.ThrowIfNull(range);
        return range.Kind != KvRangeKind.Key
            ? range
            : throw new KvInvalidArgumentException("A single key cannot be mirrored. Specify a directory.") { Key = range.Text };
    }

    private static bool IsAway(KvException e) => e is KvUnreachableException or KvTimeoutException;

    // Stores in memory have no unique address.
    private static bool IsOneStore(IKvStore one, IKvStore other) =>
        one == other || (one.Info.Scheme != "memory" && IsOneKind(one, other) && one.Info.Endpoints.Intersect(other.Info.Endpoints, StringComparer.Ordinal).Any());

    // etcd's two APIs show different keys of one cluster. With and without TLS the keys are the same.
    private static bool IsOneKind(IKvStore one, IKvStore other) => one.Info.Scheme.TrimEnd('s') == other.Info.Scheme.TrimEnd('s');

    private async Task MirrorAsync(CancellationToken cancellationToken)
    {
        var from = await BeginAsync(cancellationToken).ConfigureAwait(false);
        while (!await FollowAsync(from, cancellationToken).ConfigureAwait(false))
        {
            // The next comparison sees newer values than any change still under way, but such a change must not arrive after it.
            await _changes.AbandonAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(AwayPause, cancellationToken).ConfigureAwait(false);
            from = null;
        }
    }

    /// <summary>Checks both stores and the state of an earlier run.</summary>
    /// <returns>The revision from which to follow; null to compare first.</returns>
    private async ValueTask<long?> BeginAsync(CancellationToken cancellationToken)
    {
        var source = await KvTreeMirrorEnd.OfAsync(_source, _range, cancellationToken).ConfigureAwait(false);
        var destination = await KvTreeMirrorEnd.OfAsync(_destination, _place, cancellationToken).ConfigureAwait(false);
        if (source.Cluster is not null && source.Cluster == destination.Cluster && IsOneKind(_source, _destination))
        {
            RefuseLoop();
        }

        var resume = _options.Resume;
        if (resume is not null && !(resume.Source.IsSameTreeAs(source) && resume.Destination.IsSameTreeAs(destination)))
        {
            throw new KvInvalidArgumentException(
                $"The saved state belongs to another mirror, from {resume.Source} to {resume.Destination}. This mirror is from {source} to {destination}. "
                + "Specify the state of this mirror, or none to start with a comparison.") { ParamName = nameof(KvTreeMirrorOptions.Resume) };
        }

        var isResumable = resume is not null && await IsResumableAsync(resume, source, cancellationToken).ConfigureAwait(false);
        _state = isResumable ? resume : new KvTreeMirrorState(source, destination, 0) { SourceWitness = resume?.SourceWitness };
        _changes.Begin(_state!.DestinationWitness);
        await SaveAsync(cancellationToken).ConfigureAwait(false);
        return isResumable ? resume!.Revision + 1 : null;
    }

    private async ValueTask<bool> IsResumableAsync(KvTreeMirrorState state, KvTreeMirrorEnd source, CancellationToken cancellationToken)
    {
        if (!_source.Info.Promises.History)
        {
            return false;
        }

        var isOther = source.Cluster is not null && state.Source.Cluster is not null && source.Cluster != state.Source.Cluster;
        var holds = isOther ? false : state.SourceWitness is null ? null : await state.SourceWitness.HoldsAsync(_source, _range, cancellationToken).ConfigureAwait(false);
        if (holds == false && !_options.AcceptNewHistory)
        {
            throw new KvHistoryChangedException(
                $"{_source.Info.Address} has another history than at the last run of the mirror of {_range}, for example because it was restored, emptied or replaced. Check that it is the intended store, "
                + "then accept its new history: the mirror compares all keys and, if it prunes, removes those that the source no longer has.") { Key = _range.Text, Endpoint = _source.Info.Address };
        }

        return holds == true && state.Revision > 0 && _options is { Once: false, IncludeTtl: false } && _destination.Info.Promises.History
            && state.DestinationWitness is { } witness && await witness.HoldsAsync(_destination, _place, cancellationToken).ConfigureAwait(false) == true;
    }

    private void RefuseLoop()
    {
        var one = _source.Info.Namespace + _range.Start;
        var other = _destination.Info.Namespace + _place.Start;
        if (one.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(one, StringComparison.Ordinal))
        {
            throw new KvInvalidArgumentException(
                $"{_range} and {_place} are in one store, {_source.Info.Address}, and {(one == other ? "are the same" : "overlap")}: the mirror would follow its own "
                + "writes. Specify another store or another directory.") { Key = _place.Text };
        }
    }

    /// <summary>Compares, unless the revision to resume from is known, and makes all changes.</summary>
    /// <returns>True at the end; false to compare again.</returns>
    private async ValueTask<bool> FollowAsync(long? from, CancellationToken cancellationToken)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var options = new KvWatchOptions { FromRevision = from, ListingEnds = true, Outages = true };
        var events = _source.WatchTreeAsync(_range, options, round.Token).GetAsyncEnumerator(round.Token);
        var next = Task.FromResult(true);
        try
        {
            if (from is null)
            {
                await CompareAsync(events, cancellationToken).ConfigureAwait(false);
                if (_options.Once)
                {
                    return true;
                }
            }

            Enter(KvTreeMirrorPhase.Following);
            while (true)
            {
                next = events.MoveNextAsync().AsTask();
                if (!await WaitAsync(next, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }

                if (!await next.ConfigureAwait(false))
                {
                    throw new KvStoreClosedException(_source.Info.Address);
                }

                if (!await MakeAsync(events.Current, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }
        }
        catch (KvException e) when (MayCompareAgain(e))
        {
            if (IsAway(e))
            {
                Volatile.Write(ref _sourceOutage, e);
                ReportPhase();
            }

            return false;
        }
        finally
        {
            // A stream can be closed only if no read is pending.
            await round.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await events.DisposeAsync().ConfigureAwait(false);
        }
    }

    private bool MayCompareAgain(KvException e) => e switch
    {
        KvCompactedException => true,
        KvHistoryChangedException => _options.AcceptNewHistory,
        KvLeaseNotFoundException => _leases is not null,
        _ => _state!.Revision > 0 && IsAway(e),
    };

    private async ValueTask CompareAsync(IAsyncEnumerator<KvEvent> events, CancellationToken cancellationToken)
    {
        Enter(KvTreeMirrorPhase.Comparing);
        _leases?.Begin();
        var mayBeEmpty = !_options.Prune || _options.Resume is not null || _comparisons > 0;
        var listing = new MirroredListing(events, _source.Info, _range, _elections, mayBeEmpty, outage => Volatile.Write(ref _sourceOutage, outage));
        var content = new KvTreeContent(listing.ReadAsync(), _range.Start);
        var copy = new KvTreeCopy(content, _destination, _place, new KvTreeCopyOptions { Prune = _options.Prune, InFlight = _options.InFlight }, _leases);
        _copy = copy;
        try
        {
            await copy.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _copy = null;
            var done = copy.Progress;
            foreach (var key in copy.Doubtful)
            {
                _doubts.Add(_range.Start + key);
            }

            _compared = new(_compared.Written + done.Written, _compared.Unchanged + done.Unchanged, _compared.Removed + done.Removed, null);
        }

        Interlocked.Increment(ref _comparisons);
        Volatile.Write(ref _sourceOutage, null);
        Volatile.Write(ref _destinationOutage, null);
        _changes.Begin(copy.Newest is { } newest ? KvHistoryWitness.Of(newest) : null);
        _state = _state! with { Revision = listing.Revision, SourceWitness = listing.Witness, DestinationWitness = _changes.Witness };
        await SaveAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for the next event. In the meantime removes completed changes and saves the progress.</summary>
    /// <returns>False to compare again.</returns>
    private async ValueTask<bool> WaitAsync(Task next, CancellationToken cancellationToken)
    {
        while (true)
        {
            await RepeatDoubtsAsync(cancellationToken).ConfigureAwait(false);
            await _changes.SettleAsync(cancellationToken).ConfigureAwait(false);
            await SaveIfDueAsync(cancellationToken).ConfigureAwait(false);
            if (_leases is { Lost.IsCompleted: true })
            {
                return false;
            }

            if (next.IsCompleted)
            {
                return true;
            }

            using var pause = new CancellationTokenSource();
            await Task.WhenAny(
                next,
                _leases?.Lost ?? next,
                _changes.Count > 0 ? _changes.First : next,
                _changes.DoneUpTo > _savedUpTo ? Task.Delay(SaveInterval, pause.Token) : next,
                _doubts.Any ? Task.Delay(_doubts.Rest, pause.Token) : next).ConfigureAwait(false);
            await pause.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Makes a change, or records an event about the watch itself.</summary>
    /// <returns>False to compare again.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> MakeAsync(KvEvent change, CancellationToken cancellationToken)
    {
        switch (change.Type)
        {
            case KvEventType.Outage or KvEventType.Resumed:
                Volatile.Write(ref _sourceOutage, change.Error);
                ReportPhase();
                return true;
            case KvEventType.Resync:
                return false;
            case KvEventType.Put when !IsContender(change.Pair):
                await PutAsync(change, cancellationToken).ConfigureAwait(false);
                return true;
            case KvEventType.Delete when _options.Prune:
                await _changes.RemoveAsync(change, PlaceOf(change.Key), cancellationToken).ConfigureAwait(false);
                return true;
            default:
                await _changes.PassAsync(change, cancellationToken).ConfigureAwait(false);
                return true;
        }
    }

    private async ValueTask RepeatDoubtsAsync(CancellationToken cancellationToken)
    {
        while (_doubts.TakeDue() is { } key)
        {
            var pair = await _source.TryGetAsync(key, null, cancellationToken).ConfigureAwait(false);
            var lease = pair is null ? default : await LeaseOfAsync(pair, cancellationToken).ConfigureAwait(false);
            if (pair is null ? _options.Prune : !lease.HasEnded && !IsContender(pair))
            {
                await _changes.RepeatAsync(pair, key, PlaceOf(key), lease.Id, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<MirroredLease> LeaseOfAsync(KvPair pair, CancellationToken cancellationToken) => _leases is not null && pair.LeaseId is { } id
        ? await _leases.StandingForAsync(id, cancellationToken).ConfigureAwait(false)
        : default;

    private async ValueTask PutAsync(KvEvent change, CancellationToken cancellationToken)
    {
        var lease = await LeaseOfAsync(change.Pair, cancellationToken).ConfigureAwait(false);
        if (lease.HasEnded)
        {
            // The event that removes the key follows.
            await _changes.PassAsync(change, cancellationToken).ConfigureAwait(false);
            return;
        }

        await _changes.PutAsync(change, PlaceOf(change.Key), lease.Id, cancellationToken).ConfigureAwait(false);
    }

    private bool IsContender(KvPair pair) => _elections?.IsContender(pair) == true;

    private string PlaceOf(string key) => _place.Start + key[_range.Start.Length..];

    private async ValueTask SaveIfDueAsync(CancellationToken cancellationToken)
    {
        if (_changes.DoneUpTo > _savedUpTo && Stopwatch.GetElapsedTime(_savedAt) >= SaveInterval)
        {
            await SaveAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask SaveAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _savedAt = Stopwatch.GetTimestamp();
        _savedUpTo = _changes.DoneUpTo;
        if (_changes.Last is { } last && _changes.DoneUpTo >= _state!.Revision)
        {
            _state = _state with { Revision = _changes.DoneUpTo, SourceWitness = KvHistoryWitness.Of(last), DestinationWitness = _changes.Witness };
        }

        if (_options.Save is { } save)
        {
            // While a write is in doubt, a resumed mirror must compare.
            await save(_doubts.Any ? _state! with { DestinationWitness = null } : _state!).ConfigureAwait(false);
        }
    }

    private async ValueTask EndAsync()
    {
        await _changes.EndAsync().ConfigureAwait(false);
        if (_leases is not null)
        {
            await _leases.DisposeAsync().ConfigureAwait(false);
        }

        if (_state is not null)
        {
            await SaveAsync(CancellationToken.None).ConfigureAwait(false);
        }

        Enter(KvTreeMirrorPhase.Ended);
    }

    private void NoteOutage(KvException? outage)
    {
        Volatile.Write(ref _destinationOutage, outage);
        ReportPhase();
    }

    private void Enter(KvTreeMirrorPhase phase)
    {
        _phase = phase;
        ReportPhase();
    }

    private void ReportPhase()
    {
        var status = Status;
        if (status.Phase != _reported)
        {
            _reported = status.Phase;
            _options.PhaseChanged?.Invoke(status);
        }
    }
}
