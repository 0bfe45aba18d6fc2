namespace Valkeyrie.Etcd.V2;

/// <summary>A held lock of <see cref="KeyMutex"/>.</summary>
internal sealed class KeyLock : KvLock
{
    // Most locks are held for less; those pay nothing for the guard, whose watch begins at the index at which the lock was taken.
    private static readonly TimeSpan GuardDelay = TimeSpan.FromMilliseconds(100);

    private readonly KeyMutex _mutex;
    private readonly string _token;
    private readonly KeptKey _lockKey;
    private readonly bool _deleteOnUnlock;
    private readonly CancellationTokenSource _released = new();
    private readonly object _gate = new();
    private Timer? _guardDelay;
    private Task? _unlocking;

    public KeyLock(KeyMutex mutex, string key, string path, string token, KeptKey lockKey, bool deleteOnUnlock)
    {
        _mutex = mutex;
        Key = key;
        Path = path;
        _token = token;
        _lockKey = lockKey;
        _deleteOnUnlock = deleteOnUnlock;
    }

    public override string Key { get; }

    /// <summary>The path of the locked key.</summary>
    public string Path { get; }

    /// <summary>The value on the locked key, where it is to go with the lock.</summary>
    public KeptKey? ValueKey { get; set; }

    public override long FencingToken => _lockKey.CreatedIndex;

    public override TimeSpan Ttl => _lockKey.Lease.Ttl;

    public override bool IsHeld => _unlocking is null && _lockKey.Lease.IsAlive;

    public override CancellationToken Lost => _lockKey.Lease.Lost;

    public void BeginGuard() => _guardDelay = new Timer(static self => _ = ((KeyLock)self!).GuardAsync(), this, GuardDelay, Timeout.InfiniteTimeSpan);

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
        var alive = _lockKey.Lease.IsAlive;
        _lockKey.Lease.Stop();
        ValueKey?.Lease.Stop();
        _guardDelay?.Dispose();
        await _released.CancelAsync().ConfigureAwait(false);
        _mutex.Forget(this);
        if (!alive)
        {
            throw NotHeld();
        }

        KeysReply reply;
        try
        {
            if (_deleteOnUnlock)
            {
                // While the lock is still held, so that the next holder's value is not the one that goes.
                await _mutex.Channel.CallAsync(Requests.Delete(Path, Key), cancellationToken).ConfigureAwait(false);
            }

            // By its value, which no other has: its index may have moved by a renewal that was just under way.
            reply = await _mutex.Channel.CallAsync(Requests.DeleteIfValueIs(_lockKey.Path, Key, _token), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _mutex.RemoveInBackground(_lockKey.Path, Key, _token);
            throw;
        }

        if (reply.Error is not null)
        {
            throw NotHeld();
        }
    }

    private KvLockLostException NotHeld() => new(Key, _mutex.Channel.Info.Address);

    private async Task GuardAsync()
    {
        try
        {
            await _mutex.WaitForRemovalAsync(_lockKey.Path, Key, FencingToken + 1, FencingToken, _released.Token).ConfigureAwait(false);
            _lockKey.Lease.MarkLost();
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // Released, or the watch may not be made: the renewals alone tell then.
        }
    }
}
