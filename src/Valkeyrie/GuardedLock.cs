namespace Valkeyrie;

/// <summary>A held lock that stands on a lease. The end of the lease tells its holder that it is lost, and so does a watch on the lock's own
/// key; it is released once, however often that is asked for.</summary>
internal abstract class GuardedLock : KvLock
{
    // Most locks are held for less; those pay nothing for the guard. What was removed meanwhile is seen all the same: the guard's watch
    // begins at the revision at which the lock was taken.
    private static readonly TimeSpan GuardDelay = TimeSpan.FromMilliseconds(100);

    private readonly KeptLease _lease;
    private readonly string _address;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _released = new();
    private readonly CancellationTokenRegistration _leaseLost;
    private readonly object _gate = new();
    private Timer? _guardDelay;
    private Task? _unlocking;

    /// <param name="key">The locked key.</param>
    /// <param name="fencingToken">The revision at which the lock's own key was created.</param>
    /// <param name="lease">What the lock stands on.</param>
    /// <param name="address">The store, as errors name it.</param>
    protected GuardedLock(string key, long fencingToken, KeptLease lease, string address)
    {
        Key = key;
        FencingToken = fencingToken;
        _lease = lease;
        _address = address;
        _leaseLost = lease.Lost.UnsafeRegister(static self => ((GuardedLock)self!).MarkLost(), this);
    }

    public sealed override string Key { get; }

    public sealed override long FencingToken { get; }

    public sealed override TimeSpan Ttl => _lease.Ttl;

    public sealed override bool IsHeld => _unlocking is null && !_lost.IsCancellationRequested && _lease.IsAlive;

    public sealed override CancellationToken Lost => _lost.Token;

    /// <summary>Begins to look whether the lock's key is removed by others.</summary>
    public void BeginGuard() => _guardDelay = new Timer(static self => _ = ((GuardedLock)self!).GuardAsync(), this, GuardDelay, Timeout.InfiniteTimeSpan);

    public sealed override ValueTask UnlockAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return new ValueTask(_unlocking ??= ReleaseOnceAsync(cancellationToken));
        }
    }

    /// <summary>Key, token and state.</summary>
    public sealed override string ToString() => $"{Key} #{FencingToken} {(IsHeld ? "held" : "not held")}";

    /// <summary>Lets the next one in. What fails or is cancelled here goes on in the background.</summary>
    /// <returns>False if the lock turned out to have been lost.</returns>
    protected abstract ValueTask<bool> ReleaseAsync(CancellationToken cancellationToken);

    /// <summary>Forgets a lock that has been lost, so that there is nothing to release.</summary>
    protected abstract void Abandon();

    /// <summary>Returns when the lock's own key is there no more.</summary>
    protected abstract Task WaitForRemovalAsync(CancellationToken cancellationToken);

    private async Task ReleaseOnceAsync(CancellationToken cancellationToken)
    {
        _leaseLost.Unregister();
        _guardDelay?.Dispose();
        await _released.CancelAsync().ConfigureAwait(false);
        if (_lost.IsCancellationRequested || !_lease.IsAlive)
        {
            Abandon();
            throw new KvLockLostException(Key, _address);
        }

        if (!await ReleaseAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new KvLockLostException(Key, _address);
        }
    }

    private async Task GuardAsync()
    {
        try
        {
            await WaitForRemovalAsync(_released.Token).ConfigureAwait(false);
            MarkLost();
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // Released, or the watch may not be made: the lease alone tells then.
        }
    }

    private void MarkLost()
    {
        lock (_gate)
        {
            if (_unlocking is not null)
            {
                return;
            }
        }

        // What the holder does about it, however long it takes or badly it ends, must not hold up the word to others on the same lease.
        _ = _lost.CancelAsync();
    }
}
