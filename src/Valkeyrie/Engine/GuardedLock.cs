namespace Valkeyrie.Engine;

/// <summary>A held lock that stands on a lease. The end of the lease tells its holder that it is lost, and so does a watch on the lock's own
/// key; it is released once, however often that is asked for, and never under its holder without a word.</summary>
public abstract class GuardedLock : KvLock
{
    // Most locks are held for less; those pay nothing for the guard. What was removed meanwhile is seen all the same: the guard's watch
    // begins at the revision at which the lock was taken.
    private static readonly TimeSpan GuardDelay = TimeSpan.FromMilliseconds(100);

    // A holder that is slow to end its work must not keep the lock from others for long.
    private static readonly TimeSpan HolderPatience = TimeSpan.FromSeconds(1);

    private readonly RenewedLease _lease;
    private readonly string _address;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenRegistration _leaseLost;
    private readonly object _gate = new();
    private Timer? _guardDelay;
    private KvLockLostReason? _lostReason;
    private Task? _unlocking;
    private Task? _takingAway;

    /// <summary>Holds a lock that was just taken. <see cref="BeginGuard"/> is called next.</summary>
    /// <param name="key">The locked key.</param>
    /// <param name="fencingToken">The revision at which the lock's own key was created.</param>
    /// <param name="lease">What the lock stands on.</param>
    /// <param name="address">The store, as errors name it.</param>
    protected GuardedLock(string key, long fencingToken, RenewedLease lease, string address)
    {
        Key = key;
        FencingToken = fencingToken;
        _lease = lease;
        _address = address;
        _leaseLost = lease.Lost.UnsafeRegister(static self => ((GuardedLock)self!).MarkLost(KvLockLostReason.LeaseEnded), this);
    }

    /// <inheritdoc/>
    public sealed override string Key { get; }

    /// <inheritdoc/>
    public sealed override long FencingToken { get; }

    /// <inheritdoc/>
    public sealed override TimeSpan Ttl => _lease.Ttl;

    /// <inheritdoc/>
    public sealed override bool IsHeld => _unlocking is null && _lostReason is null && _lease.IsAlive;

    /// <inheritdoc/>
    public sealed override CancellationToken Lost => _lost.Token;

    /// <inheritdoc/>
    public sealed override KvLockLostReason? LostReason => _lostReason;

    /// <summary>Begins to look whether the lock's key is removed by others.</summary>
    public void BeginGuard() => _guardDelay = new Timer(static self => _ = ((GuardedLock)self!).GuardAsync(), this, GuardDelay, Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public sealed override ValueTask UnlockAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return new ValueTask(_unlocking ??= UnlockOnceAsync(cancellationToken));
        }
    }

    /// <inheritdoc/>
    public sealed override ValueTask BreakAsync(CancellationToken cancellationToken = default) => TakeAwayAsync(KvLockLostReason.Released, cancellationToken);

    /// <summary>Tells the holder that the lock is lost, then releases it. A lock that is not held is left alone; a release that is under way is awaited.</summary>
    /// <param name="reason">Why it is lost.</param>
    /// <param name="cancellationToken">Ends the call early; the release goes on in the background.</param>
    public async ValueTask TakeAwayAsync(KvLockLostReason reason, CancellationToken cancellationToken)
    {
        Task ending;
        lock (_gate)
        {
            ending = _unlocking ?? (_takingAway ??= TakeAwayOnceAsync(reason, cancellationToken));
        }

        try
        {
            await ending.ConfigureAwait(false);
        }
        catch (KvException e) when (e.Code is KvErrorCode.LockLost or KvErrorCode.LeadershipLost)
        {
            // The holder's own release found nothing to release, and neither is there anything to take away.
        }
    }

    /// <summary>Key, token and state.</summary>
    public sealed override string ToString() => $"{Key} #{FencingToken} {(IsHeld ? "held" : "not held")}";

    /// <summary>The error of whoever goes on with what was lost.</summary>
    protected virtual KvException LostError(KvLockLostReason reason) => new KvLockLostException(Key, _address, reason);

    /// <summary>Throws if it is no longer held, whether or not its holder has been notified yet.</summary>
    protected void ThrowIfLost()
    {
        lock (_gate)
        {
            if (LostReasonNow() is { } reason)
            {
                throw LostError(reason);
            }
        }
    }

    /// <summary>Lets the next one in. What fails or is cancelled here goes on in the background.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>False if the lock turned out to have been lost.</returns>
    protected abstract ValueTask<bool> ReleaseAsync(CancellationToken cancellationToken);

    /// <summary>Forgets a lock that has been lost, so that there is nothing to release.</summary>
    protected abstract void Abandon();

    /// <summary>Returns when the lock's own key is there no more.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    protected abstract Task WaitForRemovalAsync(CancellationToken cancellationToken);

    // Called under the gate, which it holds until its first wait.
    private async Task UnlockOnceAsync(CancellationToken cancellationToken)
    {
        var isTakenAway = _takingAway is not null;
        var reason = LostReasonNow();
        await EndGuardAsync().ConfigureAwait(false);
        if (reason is { } lost)
        {
            _ = _lost.CancelAsync();
            if (!isTakenAway)
            {
                Abandon();
            }

            throw LostError(lost);
        }

        if (!await ReleaseAsync(cancellationToken).ConfigureAwait(false))
        {
            throw LostError(KvLockLostReason.KeyRemoved);
        }
    }

    // Called under the gate, which it holds until its first wait.
    private async Task TakeAwayOnceAsync(KvLockLostReason reason, CancellationToken cancellationToken)
    {
        var wasLost = LostReasonNow() is not null;
        _lostReason ??= reason;
        await EndGuardAsync().ConfigureAwait(false);
        var told = _lost.CancelAsync();
        if (wasLost)
        {
            Abandon();
            return;
        }

        using var hurry = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(told, Task.Delay(HolderPatience, hurry.Token)).ConfigureAwait(false);
        await hurry.CancelAsync().ConfigureAwait(false);
        await ReleaseAsync(cancellationToken).ConfigureAwait(false);
    }

    // A lease may have ended before its timer says so.
    private KvLockLostReason? LostReasonNow() => _lostReason ??= _lease.IsAlive ? null : KvLockLostReason.LeaseEnded;

    private Task EndGuardAsync()
    {
        _leaseLost.Unregister();
        _guardDelay?.Dispose();
        return _ended.CancelAsync();
    }

    private async Task GuardAsync()
    {
        try
        {
            await WaitForRemovalAsync(_ended.Token).ConfigureAwait(false);
            MarkLost(KvLockLostReason.KeyRemoved);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // Ended, or the watch may not be made: the lease alone tells then.
        }
    }

    /// <summary>Tells the holder that it is lost.</summary>
    protected void MarkLost(KvLockLostReason reason)
    {
        lock (_gate)
        {
            if (_unlocking is not null || _takingAway is not null)
            {
                return;
            }

            _lostReason ??= reason;
        }

        // What the holder does about it, however long it takes or badly it ends, must not hold up the word to others on the same lease.
        _ = _lost.CancelAsync();
    }
}
