using System.Collections.Concurrent;
using System.Diagnostics;

namespace Valkeyrie.Etcd.V2;

/// <summary>A key with a time to live that is renewed in the background. Its timing is that of a lease.</summary>
internal sealed class KeptKey(string path, string key, long index, long ttlSeconds, long writtenAt)
{
    public string Path { get; } = path;

    public string Key { get; } = key;

    public long TtlSeconds { get; } = ttlSeconds;

    public KeptLease Lease { get; } = new(new KvLease(index, TimeSpan.FromSeconds(ttlSeconds)), writtenAt);

    /// <summary>The index at which it was made.</summary>
    public long CreatedIndex { get; } = index;

    /// <summary>The index that the next renewal compares with. Each renewal moves it on.</summary>
    public long Index { get; set; } = index;

    /// <summary>True after a renewal whose answer did not come, so that the key may be at an index not known here.</summary>
    public bool IsUncertain { get; set; }
}

/// <summary>Renews keys in the background by compare-and-swap until they are let go or lost, and removes those that are left when the store
/// closes.</summary>
internal sealed class KeptKeys(KeysChannel channel) : IAsyncDisposable
{
    // A closing store must not hang on a server that is gone; what is not removed now ends with its time to live.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);

    private static readonly Version FirstWithRefresh = new(2, 3);

    private readonly ConcurrentDictionary<KeptKey, Task> _keys = new();
    private readonly CancellationTokenSource _closing = new();
    private volatile bool _refreshIsKnown;

    /// <summary>The longest that the closing store waits for one step.</summary>
    public TimeSpan PatienceAtClose => CloseTimeout < channel.Timeout ? CloseTimeout : channel.Timeout;

    /// <summary>Refuses a server that would take a renewal for a write of an empty value.</summary>
    /// <exception cref="KvNotSupportedException">It is older than etcd 2.3.</exception>
    public async ValueTask RequireRefreshAsync(CancellationToken cancellationToken)
    {
        if (_refreshIsKnown)
        {
            return;
        }

        var version = (await channel.StatusAsync("/", cancellationToken).ConfigureAwait(false)).Version;
        var number = version.Split('-', '+')[0];
        if (Version.TryParse(number, out var parsed) && parsed < FirstWithRefresh)
        {
            throw new KvNotSupportedException($"keeping keys alive: its version is {version}, which came before etcd 2.3 and cannot renew a key", channel.Info);
        }

        _refreshIsKnown = true;
    }

    /// <summary>Begins to renew a key that has just been written.</summary>
    public KeptKey Keep(string path, string key, long index, long ttlSeconds, long writtenAt)
    {
        var kept = new KeptKey(path, key, index, ttlSeconds, writtenAt);
        _keys[kept] = RenewUntilEndedAsync(kept);
        return kept;
    }

    public async ValueTask DisposeAsync()
    {
        var keys = _keys.Keys.Where(k => !k.Lease.HasEnded).ToList();
        foreach (var key in keys)
        {
            key.Lease.Stop();
        }

        using var timeout = new CancellationTokenSource(PatienceAtClose);
        await Task.WhenAll(keys.Select(k => RemoveAsync(k, timeout.Token))).ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_keys.Values).ConfigureAwait(false);
    }

    private async Task RenewUntilEndedAsync(KeptKey key)
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

    private async Task RenewAsync(KeptKey key)
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
                key.Lease.MarkLost();
            }
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            key.IsUncertain = true;
            key.Lease.RenewalFailed();
        }
    }

    /// <summary>Looks whether the key is still the one that was made here, moved on by a renewal whose answer was lost.</summary>
    private async ValueTask<bool> FindAsync(KeptKey key, CancellationToken cancellationToken)
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

    private async Task RemoveAsync(KeptKey key, CancellationToken cancellationToken)
    {
        try
        {
            await channel.CallAsync(Requests.CompareAndDelete(key.Path, key.Key, key.Index), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // It is gone already, or goes with its time to live.
        }
    }
}
