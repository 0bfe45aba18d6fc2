namespace Valkeyrie;

/// <summary>A held lock of <see cref="LeasedMutex"/>.</summary>
internal sealed class LeasedLock : KvLock
{
    // Most locks are held for less; those pay nothing for the guard. What was removed meanwhile is seen all the same: the guard's watch
    // begins at the revision at which the lock was taken.
    private static readonly TimeSpan GuardDelay = TimeSpan.FromMilliseconds(100);

    private readonly LeasedMutex _mutex;
    private readonly string _lockKey;
    private readonly KeptLease _lease;
    private readonly bool _deleteOnUnlock;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _released = new();
    private readonly CancellationTokenRegistration _leaseLost;
    private readonly object _gate = new();
    private Timer? _guardDelay;
    private Task? _unlocking;

    public LeasedLock(LeasedMutex mutex, string key, string lockKey, long createRevision, KeptLease lease, bool deleteOnUnlock)
    {
        _mutex = mutex;
        Key = key;
        _lockKey = lockKey;
        FencingToken = createRevision;
        _lease = lease;
        _deleteOnUnlock = deleteOnUnlock;
        _leaseLost = lease.Lost.UnsafeRegister(static self => ((LeasedLock)self!).MarkLost(), this);
    }

    public override string Key { get; }

    public override long FencingToken { get; }

    public override TimeSpan Ttl => _lease.Ttl;

    public override bool IsHeld => _unlocking is null && !_lost.IsCancellationRequested && _lease.IsAlive;

    public override CancellationToken Lost => _lost.Token;

    public void BeginGuard() => _guardDelay = new Timer(static self => _ = ((LeasedLock)self!).GuardAsync(), this, GuardDelay, Timeout.InfiniteTimeSpan);

    public override ValueTask UnlockAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return new ValueTask(_unlocking ??= ReleaseOnceAsync(cancellationToken));
        }
    }

    /// <summary>Key, token and state.</summary>
    public override string ToString() => $"{Key} #{FencingToken} {(IsHeld ? "held" : "not held")}";

    private async Task ReleaseOnceAsync(CancellationToken cancellationToken)
    {
        _leaseLost.Unregister();
        _guardDelay?.Dispose();
        await _released.CancelAsync().ConfigureAwait(false);
        if (_lost.IsCancellationRequested || !_lease.IsAlive)
        {
            _mutex.Released(this, _lease);
            throw NotHeld();
        }

        KvTransactionResult result;
        try
        {
            result = await _mutex.Engine.CommitAsync(ReleaseTransaction(), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _mutex.Forget(this);
            _mutex.ReleaseInBackground(Key, _lease, ReleaseTransaction());
            throw;
        }

        _mutex.Released(this, _lease);
        if (!result.Succeeded)
        {
            throw NotHeld();
        }
    }

    private KvTransaction ReleaseTransaction() => new()
    {
        If = [new KvCondition(KvRange.Key(_lockKey), KvConditionTarget.CreateRevision, KvConditionOperator.Equal, FencingToken)],
        Then = _deleteOnUnlock
            ? [new KvOperation.Delete(KvRange.Key(_lockKey)), new KvOperation.Delete(KvRange.Key(Key))]
            : [new KvOperation.Delete(KvRange.Key(_lockKey))],
    };

    private KvLockLostException NotHeld() => new(Key, _mutex.Engine.Info.Address);

    private async Task GuardAsync()
    {
        try
        {
            await _mutex.WaitForRemovalAsync(_lockKey, FencingToken, FencingToken + 1, _released.Token).ConfigureAwait(false);
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
