using System.Collections.Concurrent;

namespace Valkeyrie.Engine;

/// <summary>Implements etcd's recipe of a queue with leases, which its mutex and its election share (client/v3/concurrency). Each contender creates the key
/// <c>DIRECTORY/LEASE</c>, attached to its own lease. The one with the lowest create revision wins; each other waits for the removal of its predecessor. The
/// directory of a lock is <c>KEY___lock</c>, as in the Go library, or the key itself, as in etcd's tools; that of an election is its name.</summary>
/// <remarks>Beyond the recipe, the value is written to the locked key in the transaction that takes the lock, and leases are pooled, so an uncontended lock
/// costs one round trip to take and one to release.</remarks>
internal sealed class LeasedMutex(IRevisionedEngine engine, LeaseRenewer renewer) : IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan ReleasePause = TimeSpan.FromMilliseconds(500);

    private readonly LockLeasePool _pool = new(renewer);
    private readonly ConcurrentDictionary<LeasedLock, bool> _held = new();
    private readonly CancellationTokenSource _closing = new();

    public IRevisionedEngine Engine => engine;

    /// <summary>Waits until a contender has won, then keeps the prize alive.</summary>
    public async ValueTask<LeasedLock> WinAsync(Contest contest, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (contest.Timeout is { } timeout && timeout > TimeSpan.Zero)
        {
            waiting.CancelAfter(timeout);
        }

        var commits = new Commits(engine, _closing.Token);
        try
        {
            while (true)
            {
                var lease = await _pool.RentAsync(contest.Ttl, contest.Directory, waiting.Token).ConfigureAwait(false);
                if (await TryWithLeaseAsync(contest, lease, commits, waiting.Token).ConfigureAwait(false) is { } held)
                {
                    return held;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var address = engine.Info.Address;
            throw commits.Last is { IsCompletedSuccessfully: true } ? contest.NotWon(address) : contest.Unknown(address);
        }
    }

    /// <summary>Releases a lock without waiting; retries until it succeeds or the lease has ended.</summary>
    /// <param name="directory">The directory of the lock keys.</param>
    /// <param name="lease">The lease of the lock.</param>
    /// <param name="release">The transaction that releases it.</param>
    /// <param name="pending">A transaction still under way that may create the lock key; null for none.</param>
    public void ReleaseInBackground(string directory, RenewedLease lease, KvTransaction release, Task? pending = null) =>
        _ = ReleaseAsync(directory, lease, release, pending);

    public void Released(LeasedLock held, RenewedLease lease)
    {
        _held.TryRemove(held, out _);
        _pool.Return(lease, held.Contest.Directory);
    }

    public void Forget(LeasedLock held) => _held.TryRemove(held, out _);

    /// <summary>Waits until a lock key with a certain create revision is gone.</summary>
    /// <param name="lockKey">The key.</param>
    /// <param name="createRevision">The create revision.</param>
    /// <param name="fromRevision">The revision after one at which the key existed.</param>
    /// <param name="history">The history that the revisions belong to; 0 if the engine has only one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WaitForRemovalAsync(string lockKey, long createRevision, long fromRevision, long history, CancellationToken cancellationToken)
    {
        var self = KvRange.Key(lockKey);
        while (true)
        {
            try
            {
                var query = new KvWatchQuery(self, fromRevision) { History = history };
                await foreach (var changes in engine.WatchAsync(query, cancellationToken).ConfigureAwait(false))
                {
                    if (changes.Any(c => c.Type == KvEventType.Delete))
                    {
                        return;
                    }
                }
            }
            catch (KvException e) when (e is KvCompactedException or KvHistoryChangedException)
            {
                // A key that was restored together with its store still exists, with its create revision.
                var page = await engine.RangeAsync(new KvRangeQuery(self) { KeysOnly = true }, cancellationToken).ConfigureAwait(false);
                if (page.Pairs.Count == 0 || page.Pairs[0].CreateRevision != createRevision)
                {
                    return;
                }

                (fromRevision, history) = (page.Revision + 1, page.History);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(CloseTimeout < engine.Timeout ? CloseTimeout : engine.Timeout);
        await Task.WhenAll(_held.Keys.Select(held => TakeAwayAsync(held, timeout.Token))).ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
    }

    private static async Task TakeAwayAsync(LeasedLock held, CancellationToken cancellationToken)
    {
        try
        {
            await held.TakeAwayAsync(KvLockLostReason.StoreClosed, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // The leases are revoked next, and with them the locks that could not be released here.
        }
    }

    /// <summary>Tries to win with one lease: returns the lock, or null if the lease or the place in the queue was lost.</summary>
    private async ValueTask<LeasedLock?> TryWithLeaseAsync(Contest contest, RenewedLease lease, Commits commits, CancellationToken cancellationToken)
    {
        var own = contest.Directory + LockNames.OfLease(lease.Id);
        using var usable = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            if (await TakeOrQueueAsync(contest, own, lease, commits, usable.Token).ConfigureAwait(false) is not { } revision)
            {
                // The lease is not revoked, because other locks may depend on it.
                _pool.Return(lease, contest.Directory);
                return null;
            }

            var held = new LeasedLock(this, contest, own, revision, lease);
            _held[held] = true;
            held.BeginGuard();
            return held;
        }
        catch (Exception e) when (e is KvLeaseNotFoundException || (e is OperationCanceledException && lease.Lost.IsCancellationRequested))
        {
            lease.MarkLost();
            _pool.Return(lease, contest.Directory);
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
        catch (KvException e) when (e.Code is KvErrorCode.CannotLock or KvErrorCode.NotElected)
        {
            // The store has answered, and no key was created.
            _pool.Return(lease, contest.Directory);
            throw;
        }
        catch
        {
            // Whether the contender's key exists is not known, so it is removed in any case; then the lease returns to the pool.
            var leave = new KvTransaction { Then = [new KvOperation.Delete(KvRange.Key(own))] };
            ReleaseInBackground(contest.Directory, lease, leave, commits.Last);
            throw;
        }
    }

    /// <summary>Returns the create revision of the lock key; null if it was removed from the queue.</summary>
    private async ValueTask<long?> TakeOrQueueAsync(
        Contest contest, string own, RenewedLease lease, Commits commits, CancellationToken cancellationToken)
    {
        var contenders = KvRange.Prefix(contest.Directory);
        var enter = new KvOperation.Put(own, contest.Mark(), lease.Id);
        var newestTwo = new KvOperation.Read(contenders) { KeysOnly = true, NewestFirst = true, Limit = 2 };
        var first = await commits.MakeAsync(
            new KvTransaction
            {
                If = [new KvCondition(contenders, KvConditionTarget.CreateRevision, KvConditionOperator.Equal, 0)],
                Then = [enter, .. contest.Winning(own, lease.Id, hasWaited: false)],
                Else = contest.Timeout == TimeSpan.Zero ? [] : [enter, newestTwo],
            },
            cancellationToken).ConfigureAwait(false);
        if (first.Succeeded)
        {
            return first.Revision;
        }

        if (contest.Timeout == TimeSpan.Zero)
        {
            throw contest.NotWon(engine.Info.Address);
        }

        var created = first.Revision;
        var predecessor = first.Results[1].Pairs.FirstOrDefault(p => p.Key != own);
        var (seen, history) = (first.Revision, first.History);
        while (true)
        {
            if (predecessor is not null)
            {
                await WaitForRemovalAsync(predecessor.Key, predecessor.CreateRevision!.Value, seen + 1, history, cancellationToken).ConfigureAwait(false);
            }

            var next = await commits.MakeAsync(
                new KvTransaction
                {
                    If =
                    [
                        new KvCondition(KvRange.Key(own), KvConditionTarget.CreateRevision, KvConditionOperator.Equal, created),
                        new KvCondition(contenders, KvConditionTarget.CreateRevision, KvConditionOperator.Greater, created - 1),
                    ],
                    Then = contest.Winning(own, lease.Id, hasWaited: true),
                    Else =
                    [
                        new KvOperation.Read(KvRange.Key(own)) { KeysOnly = true },
                        newestTwo with { Limit = 1, MaxCreateRevision = created - 1 },
                    ],
                },
                cancellationToken).ConfigureAwait(false);
            if (next.Succeeded)
            {
                return created;
            }

            if (next.Results[0].Pairs is not [{ } mine] || mine.CreateRevision != created)
            {
                return null;
            }

            predecessor = next.Results[1].Pairs is [var older, ..] ? older : null;
            (seen, history) = (next.Revision, next.History);
        }
    }

    private async Task ReleaseAsync(string directory, RenewedLease lease, KvTransaction release, Task? pending)
    {
        // A cancelled transaction may still reach the store, even after the release, so the release waits for its end.
        var mayStillArrive = pending is not null && !await EndsWithAnswerAsync(pending).ConfigureAwait(false);
        while (lease.IsAlive && !_closing.IsCancellationRequested)
        {
            try
            {
                await engine.CommitAsync(release, _closing.Token).ConfigureAwait(false);
                if (!mayStillArrive || _pool.TryRetire(lease, directory))
                {
                    break;
                }
            }
            catch (Exception e) when (e is KvException or OperationCanceledException)
            {
                // Out of reach: retry after a pause.
            }

            await Task.Delay(ReleasePause, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _pool.Return(lease, directory);
    }

    private static async Task<bool> EndsWithAnswerAsync(Task pending)
    {
        try
        {
            await pending.ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            return e is not (KvUnreachableException or KvTimeoutException or OperationCanceledException);
        }
    }

    /// <summary>Transactions that continue even if their caller stops waiting; it keeps the last of them.</summary>
    private sealed class Commits(IRevisionedEngine engine, CancellationToken closing)
    {
        public Task<KvTransactionResult>? Last { get; private set; }

        public Task<KvTransactionResult> MakeAsync(KvTransaction transaction, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Last = engine.CommitAsync(transaction, closing).AsTask();
            return Last.WaitAsync(cancellationToken);
        }
    }
}
