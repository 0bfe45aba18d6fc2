namespace Valkeyrie.Etcd.V2;

/// <summary>A held lock of <see cref="KeyMutex"/>.</summary>
/// <param name="mutex">The mutex of the lock.</param>
/// <param name="key">The locked key.</param>
/// <param name="path">The path of the locked key.</param>
/// <param name="token">The unique value of the lock's own key.</param>
/// <param name="lockKey">The lock's own key.</param>
internal sealed class KeyLock(KeyMutex mutex, string key, string path, string token, RenewedKey lockKey)
    : GuardedLock(key, lockKey.CreatedIndex, lockKey.Lease, mutex.Channel.Info.Address)
{
    /// <summary>The path of the locked key.</summary>
    public string Path { get; } = path;

    /// <summary>True to remove the locked key just before the lock.</summary>
    public bool DeleteOnUnlock { get; set; }

    /// <summary>The value on the locked key, if it is to be removed with the lock.</summary>
    public RenewedKey? ValueKey { get; set; }

    protected override async ValueTask<bool> ReleaseAsync(CancellationToken cancellationToken)
    {
        Abandon();
        try
        {
            if (DeleteOnUnlock)
            {
                // While the lock is still held, so that the next holder's value is not removed.
                await mutex.Channel.CallAsync(Requests.Delete(Path, Key), cancellationToken).ConfigureAwait(false);
            }

            // By its unique value: its index may have been changed by a renewal under way.
            var reply = await mutex.Channel.CallAsync(Requests.DeleteIfValueIs(lockKey.Path, Key, token), cancellationToken).ConfigureAwait(false);
            return reply.Error is null;
        }
        catch
        {
            mutex.RemoveInBackground(lockKey.Path, Key, token);
            throw;
        }
    }

    protected override void Abandon()
    {
        lockKey.Lease.Stop();
        ValueKey?.Lease.Stop();
        mutex.Forget(this);
    }

    protected override Task WaitForRemovalAsync(CancellationToken cancellationToken) =>
        mutex.WaitForRemovalAsync(lockKey.Path, Key, FencingToken + 1, FencingToken, cancellationToken);
}
