namespace Valkeyrie.Engine;

/// <summary>A held lock that depends on a lease. The holder is notified of the loss by the end of the lease and by a watch on the lock's own key. The lock is
/// released only once, regardless of the number of calls, and never without notice to the holder.</summary>
public abstract class GuardedLock : KvLock
{
    // Most locks are held for a shorter time and pay nothing for the guard. Removals in the meantime are still detected: the guard's watch begins at the
    // revision at which the lock was taken.
    private static readonly TimeSpan GuardDelay = TimeSpan.FromMilliseconds(100);

    // A holder that reacts slowly must not delay others for long.
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

    /// <summary>Creates the object for a lock that was just taken. Call <see cref="BeginGuard"/> next.</summary>
    /// <param name="key">The locked key.</param>
    /// <param name="fencingToken">The create revision of the lock's own key.</param>
    /// <param name="lease">The lease of the lock.</param>
    /// <param name="address">The store, for error messages.</param>
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

    /// <summary>Starts to watch for the removal of the lock's key by others.</summary>
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

    /// <summary>Notifies the holder that the lock is lost, then releases it. Has no effect on a lock that is not held; waits for a release that is under
    /// way.</summary>
    /// <param name="reason">The reason of the loss.</param>
    /// <param name="cancellationToken">Ends the call early; the release continues in the background.</param>
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
            // The holder's own release found the lock gone, so there is nothing left to release.
        }
    }

    /// <summary>The key, the fencing token and the state.</summary>
    public sealed override string ToString() => $"{Key} #{FencingToken} {(IsHeld ? "held" : "not held")}";

    /// <summary>Creates the error for further use of the lost lock.</summary>
    protected virtual KvException LostError(KvLockLostReason reason) => new KvLockLostException(Key, _address, reason);

    /// <summary>Throws if the lock is no longer held, whether or not the holder was already notified.</summary>
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

    /// <summary>Releases the lock in the store. After a failure or a cancellation the release continues in the background.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>False if the lock was already lost.</returns>
    protected abstract ValueTask<bool> ReleaseAsync(CancellationToken cancellationToken);

    /// <summary>Discards a lost lock, which needs no release.</summary>
    protected abstract void Abandon();

    /// <summary>Waits until the lock's own key is gone.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    protected abstract Task WaitForRemovalAsync(CancellationToken cancellationToken);

    // Called while holding the gate, which it keeps until its first wait.
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

    // Called while holding the gate, which it keeps until its first wait.
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

    // A lease may have ended before its timer fires.
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
            // The watch has ended or is not permitted: only the lease shows the loss.
        }
    }

    /// <summary>Notifies the holder of the loss.</summary>
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

        // The holder's callbacks, however slow or faulty, must not delay the notification of other locks on the same lease.
        _ = _lost.CancelAsync();
    }
}
