using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Valkeyrie.Etcd.V2;

/// <summary>The Go library's lock on etcd v2: the client that creates the key <c>KEY___lock</c> holds the lock, renews its time to live, and removes it to
/// release the lock.</summary>
internal sealed class KeyMutex(KeysChannel channel, KeyPaths paths, RenewedKeys renewedKeys) : IAsyncDisposable
{
    // An abandoned request may still be under way, so its key is searched for several times.
    private static readonly TimeSpan[] CleaningPauses = [TimeSpan.Zero, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)];

    private readonly ConcurrentDictionary<TaskCompletionSource, bool> _taking = new();
    private readonly ConcurrentDictionary<KeyLock, bool> _held = new();
    private readonly ConcurrentDictionary<Task, bool> _cleaning = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _closed = new();

    public KeysChannel Channel => channel;

    public async ValueTask<KvLock> LockAsync(string key, KvLockOptions options, CancellationToken cancellationToken)
    {
        var path = paths.PathOf(key);
        OptionRules.CheckLock(key, options);
        var ttlSeconds = Requests.TtlSeconds(options.Ttl, key);
        var value = options.Value is { } bytes ? FormContent.OfValue(bytes.Span, key) : null;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (options.Timeout is { } timeout && timeout > TimeSpan.Zero)
        {
            waiting.CancelAfter(timeout);
        }

        var taking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _taking[taking] = true;
        try
        {
            await renewedKeys.RequireRefreshAsync(waiting.Token).ConfigureAwait(false);
            var held = await TakeAsync(path, key, ttlSeconds, options.Timeout, waiting.Token).ConfigureAwait(false);
            if (value is not null)
            {
                await PutValueAsync(held, value, ttlSeconds, options.DeleteOnUnlock, waiting.Token).ConfigureAwait(false);
            }

            held.DeleteOnUnlock = options.DeleteOnUnlock;
            held.BeginGuard();
            return held;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KvCannotLockException(key, options.Timeout!.Value, channel.Info.Address);
        }
        finally
        {
            _taking.TryRemove(taking, out _);
            taking.SetResult();
        }
    }

    public void Forget(KeyLock held) => _held.TryRemove(held, out _);

    /// <summary>Removes a lock key if it still has this token, and retries for a while.</summary>
    public void RemoveInBackground(string lockPath, string key, string token)
    {
        var cleaning = RemoveAsync(lockPath, key, token);
        _cleaning[cleaning] = true;
        _ = cleaning.ContinueWith(t => _cleaning.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Waits until the lock key with a certain creation is gone; without a creation, until it may be gone.</summary>
    public async Task WaitForRemovalAsync(string lockPath, string key, long fromIndex, long createdIndex, CancellationToken cancellationToken)
    {
        var watched = new WatchedPath(KeyPaths.Escape(lockPath) + "?wait=true", lockPath, KvRange.Key(key));
        var clusterId = "";
        while (true)
        {
            try
            {
                var feed = new ChangeFeed(channel, watched, outages: false);
                await foreach (var (change, _) in feed.ReadAsync(fromIndex, clusterId, cancellationToken).ConfigureAwait(false))
                {
                    // Any change except a swap of its value ends it: its own removal, that of a directory above it, or another key in its place. Among past
                    // changes, the server also finds the removal of a directory whose name only is a beginning of this one.
                    if (change!.Action != "compareAndSwap" && IsAtOrAbove(change.Node!.Path, lockPath))
                    {
                        return;
                    }
                }
            }
            catch (Exception e) when (e is WindowPassedException or KvHistoryChangedException)
            {
                var reply = await channel.CallAsync(Requests.Get(lockPath, key), cancellationToken).ConfigureAwait(false);
                if (reply.Node?.CreatedIndex != createdIndex)
                {
                    return;
                }

                (fromIndex, clusterId) = (reply.Index + 1, reply.ClusterId);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The store has cancelled them; the locks that they took or left are handled next.
        await Task.WhenAll(_taking.Keys.Select(taking => taking.Task)).ConfigureAwait(false);
        _closed.CancelAfter(renewedKeys.PatienceAtClose);
        await Task.WhenAll(_held.Keys.Select(held => EndQuietlyAsync(held.TakeAwayAsync(KvLockLostReason.StoreClosed, _closed.Token)))).ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_cleaning.Keys).ConfigureAwait(false);
        await _closed.CancelAsync().ConfigureAwait(false);
    }

    private static bool IsAtOrAbove(string path, string lockPath) =>
        lockPath.StartsWith(path, StringComparison.Ordinal) && (lockPath.Length == path.Length || lockPath[path.Length] == KeyRules.Separator);

    private static async Task EndQuietlyAsync(ValueTask release)
    {
        try
        {
            await release.ConfigureAwait(false);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // Lost, or out of reach: it ends with its time to live.
        }
    }

    private async ValueTask<KeyLock> TakeAsync(string path, string key, long ttlSeconds, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var lockPath = path + LockNames.Suffix;
        var token = LockMarker.NewValue();
        var form = FormContent.OfValue(Encoding.UTF8.GetBytes(token), key);
        while (true)
        {
            var sentAt = Stopwatch.GetTimestamp();
            var reply = await CreateAsync(lockPath, key, token, form, ttlSeconds, cancellationToken).ConfigureAwait(false);
            if (reply.Error is null)
            {
                var lockKey = renewedKeys.BeginRenewing(lockPath, key, reply.Index, ttlSeconds, sentAt);
                var held = new KeyLock(this, key, path, token, lockKey);
                _held[held] = true;
                return held;
            }

            if (reply.Error.ErrorCode != KeysErrorCode.KeyExists)
            {
                throw KeysErrors.Of(reply.Error, key, paths, channel.Info);
            }

            if (timeout == TimeSpan.Zero)
            {
                throw new KvCannotLockException(key, TimeSpan.Zero, channel.Info.Address);
            }

            await WaitForRemovalAsync(lockPath, key, reply.Index + 1, 0, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<KeysReply> CreateAsync(
        string lockPath, string key, string token, byte[] form, long ttlSeconds, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await channel.CallAsync(Requests.Create(lockPath, key, form, ttlSeconds), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Whether the key was created is not known.
            RemoveInBackground(lockPath, key, token);
            throw;
        }
    }

    private async ValueTask PutValueAsync(KeyLock held, byte[] form, long ttlSeconds, bool deleteOnUnlock, CancellationToken cancellationToken)
    {
        try
        {
            var writtenAt = Stopwatch.GetTimestamp();
            var ttl = deleteOnUnlock ? ttlSeconds : 0;
            var reply = await channel.CallAsync(Requests.Set(held.Path, held.Key, form, ttl), cancellationToken).ConfigureAwait(false);
            if (reply.Error is not null)
            {
                throw KeysErrors.Of(reply.Error, held.Key, paths, channel.Info);
            }

            // A value to be removed with the lock must also be removed if its holder dies.
            held.ValueKey = deleteOnUnlock ? renewedKeys.BeginRenewing(held.Path, held.Key, reply.Index, ttlSeconds, writtenAt) : null;
        }
        catch
        {
            await EndQuietlyAsync(held.UnlockAsync(cancellationToken)).ConfigureAwait(false);
            throw;
        }
    }

    private async Task RemoveAsync(string lockPath, string key, string token)
    {
        foreach (var pause in CleaningPauses)
        {
            await Task.Delay(pause, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var isLast = _closing.IsCancellationRequested;
            try
            {
                var reply = await channel.CallAsync(Requests.DeleteIfValueIs(lockPath, key, token), _closed.Token).ConfigureAwait(false);
                if (reply.Error is null)
                {
                    return;
                }
            }
            catch (Exception e) when (e is KvException or OperationCanceledException)
            {
                // Out of reach: a later attempt may succeed; otherwise the key ends with its time to live.
            }

            if (isLast)
            {
                return;
            }
        }
    }
}
