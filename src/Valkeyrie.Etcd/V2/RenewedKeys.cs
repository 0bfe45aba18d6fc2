using System.Collections.Concurrent;
using System.Diagnostics;

namespace Valkeyrie.Etcd.V2;

/// <summary>Renews keys in the background by compare-and-swap until they are released or lost, and removes the rest when the store closes.</summary>
internal sealed class RenewedKeys(KeysChannel channel) : IAsyncDisposable
{
    // A closing store must not hang on a dead server; a key that is not removed now ends with its time to live.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);

    private static readonly Version FirstWithRefresh = new(2, 3);

    private readonly object _gate = new();
    private readonly ConcurrentDictionary<RenewedKey, Task> _keys = new();
    private volatile bool _refreshIsKnown;
    private bool _isClosed;

    /// <summary>The longest wait of a closing store for one step.</summary>
    public TimeSpan PatienceAtClose => CloseTimeout < channel.Timeout ? CloseTimeout : channel.Timeout;

    /// <summary>Refuses a server that would treat a renewal as a write of an empty value.</summary>
    /// <exception cref="KvNotSupportedException">The server is older than etcd 2.3.</exception>
    public async ValueTask RequireRefreshAsync(CancellationToken cancellationToken)
    {
        if (_refreshIsKnown)
        {
            return;
        }

        var version = await channel.VersionAsync(cancellationToken).ConfigureAwait(false);
        var number = version.Split('-', '+')[0];
        if (Version.TryParse(number, out var parsed) && parsed < FirstWithRefresh)
        {
            throw new KvNotSupportedException($"keeping keys alive: its version {version} is older than etcd 2.3 and cannot renew a key", channel.Info);
        }

        _refreshIsKnown = true;
    }

    /// <summary>Starts to renew a key of a lock that was just written, until its time to live has passed without a renewal.</summary>
    /// <exception cref="KvStoreClosedException">The store has been closed.</exception>
    public RenewedKey BeginRenewing(string path, string key, long index, long ttlSeconds, long writtenAt) =>
        Begin(new RenewedKey(path, key, index, ttlSeconds, new RenewedLease(LeaseOf(index, ttlSeconds), writtenAt)));

    /// <summary>Starts to keep a key alive that was just written, until the server reports its end.</summary>
    /// <exception cref="KvStoreClosedException">The store has been closed.</exception>
    public void BeginKeeping(string path, string key, long index, long ttlSeconds, long writtenAt, Action<KvKeepAliveLoss>? lost) =>
        Begin(new RenewedKey(path, key, index, ttlSeconds, new RenewedLease(LeaseOf(index, ttlSeconds), writtenAt) { EndsOnlyInStore = true, OnLost = lost }));

    public async ValueTask DisposeAsync()
    {
        List<KeyValuePair<RenewedKey, Task>> keys;
        lock (_gate)
        {
            _isClosed = true;
            keys = [.. _keys.Where(k => !k.Key.Lease.HasEnded)];
        }

        foreach (var (key, _) in keys)
        {
            key.Lease.Stop();
        }

        using var timeout = new CancellationTokenSource(PatienceAtClose);
        await Task.WhenAll(keys.Select(k => RemoveAsync(k.Key, k.Value, timeout.Token))).ConfigureAwait(false);
        await Task.WhenAll(_keys.Values).ConfigureAwait(false);
    }

    private static KvLease LeaseOf(long index, long ttlSeconds) => new(index, TimeSpan.FromSeconds(ttlSeconds));

    private RenewedKey Begin(RenewedKey renewed)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                // Nothing would end the renewal. The key ends with its time to live.
                throw new KvStoreClosedException(channel.Info.Address);
            }

            // A key that ends at once has already been removed when its renewal returns.
            _keys[renewed] = Task.CompletedTask;
            _keys.TryUpdate(renewed, RenewUntilEndedAsync(renewed), Task.CompletedTask);
        }

        return renewed;
    }

    private async Task RenewUntilEndedAsync(RenewedKey key)
    {
        try
        {
            while (await key.Lease.WaitForRenewalAsync().ConfigureAwait(false))
            {
                await RenewAsync(key).ConfigureAwait(false);
            }
        }
        finally
        {
            _keys.TryRemove(key, out _);
        }
    }

    private async Task RenewAsync(RenewedKey key)
    {
        var sentAt = Stopwatch.GetTimestamp();
        using var attempt = key.Lease.NewAttempt();
        try
        {
            var reply = await channel.CallAsync(Requests.Refresh(key.Path, key.Key, key.Index, key.TtlSeconds), attempt.Token).ConfigureAwait(false);
            if (reply.Error is null)
            {
                key.Index = reply.Index;
                key.IsUncertain = false;
                key.Lease.Renewed(TimeSpan.FromSeconds(key.TtlSeconds), sentAt);
            }
            else if (!key.IsUncertain || !await FindAsync(key, attempt.Token).ConfigureAwait(false))
            {
                // The server does not report why a key is gone. Before the end of its time to live, a client has removed it.
                var hasExpired = reply.Error.ErrorCode == KeysErrorCode.KeyNotFound && key.Lease is { HasEnded: false, IsAlive: false };
                key.Lease.MarkLost();
                if (hasExpired)
                {
                    key.Lease.ReportLoss(new KvKeepAliveLoss(key.Key, null));
                }
            }
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            key.IsUncertain = true;
            key.Lease.RenewalFailed();
        }
    }

    /// <summary>Checks whether the key is still the one written here, possibly changed by a renewal whose answer was lost.</summary>
    private async ValueTask<bool> FindAsync(RenewedKey key, CancellationToken cancellationToken)
    {
        var reply = await channel.CallAsync(Requests.Get(key.Path, key.Key), cancellationToken).ConfigureAwait(false);
        if (reply.Node is not { IsDirectory: false } node || node.CreatedIndex != key.CreatedIndex || node.ModifiedIndex == key.Index)
        {
            return false;
        }

        key.Index = node.ModifiedIndex;
        key.IsUncertain = false;
        return true;
    }

    private async Task RemoveAsync(RenewedKey key, Task renewing, CancellationToken cancellationToken)
    {
        // A renewal under way ends with its lease; from then on nothing here changes the key.
        await renewing.ConfigureAwait(false);
        try
        {
            KeysReply reply;
            do
            {
                reply = await channel.CallAsync(Requests.CompareAndDelete(key.Path, key.Key, key.Index), cancellationToken).ConfigureAwait(false);
            }
            while (reply.Error is not null && key.IsUncertain && await FindAsync(key, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // The key is already gone, or ends with its time to live.
        }
    }
}
