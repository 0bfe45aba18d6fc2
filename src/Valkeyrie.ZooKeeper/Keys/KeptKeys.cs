using System.Collections.Concurrent;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>The keys whose loss is reported: those that a session of this store keeps alive.</summary>
/// <param name="pool">The sessions.</param>
#pragma warning disable CA1001 // its cancellation source holds no timer and no handle
internal sealed class KeptKeys(SessionPool pool)
#pragma warning restore CA1001
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, KeptKey> _byPath = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Session, bool> _observed = new();
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Reports the loss of a key from now on; replaces an earlier report of the same key.</summary>
    /// <param name="path">The node of the key.</param>
    /// <param name="key">The key.</param>
    /// <param name="session">The session that keeps the node alive.</param>
    /// <param name="lost">Called once if the key is lost; null for no callback.</param>
    public void Keep(string path, string key, Session session, Action<KvKeepAliveLoss>? lost)
    {
        if (lost is null)
        {
            Forget(path);
            return;
        }

        _byPath[path] = new KeptKey(key, session, lost);
        var ended = session.Lease!.Lost;
        if (_observed.TryAdd(session, true))
        {
            ended.Register(() => OnLost(session));
        }
        else if (ended.IsCancellationRequested)
        {
            OnLost(session);
        }
    }

    /// <summary>Reports nothing for a key that this store has removed.</summary>
    /// <param name="path">The node of the key.</param>
    public void Forget(string path) => _byPath.TryRemove(path, out _);

    /// <summary>Reports nothing from now on.</summary>
    public void Close() => _closing.Cancel();

    private void OnLost(Session session)
    {
        _observed.TryRemove(session, out _);
        var lost = _byPath.Where(k => k.Value.Session == session && _byPath.TryRemove(k)).ToList();
        if (lost.Count > 0)
        {
            _ = Task.Run(() => ReportAsync(lost));
        }
    }

    private async Task ReportAsync(List<KeyValuePair<string, KeptKey>> lost)
    {
        foreach (var (path, kept) in lost)
        {
            if (await IsLostAsync(path, kept).ConfigureAwait(false))
            {
                _ = Task.Run(() => kept.Lost(new KvKeepAliveLoss(kept.Key, null)));
            }
        }
    }

    /// <summary>Checks, as soon as a server can be reached, whether the key was lost; false if a client has written it since, or this store is closed.</summary>
    private async Task<bool> IsLostAsync(string path, KeptKey kept)
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var reply = await pool.CallAsync(new ExistsRequest(path, synced: true), kept.Key, _closing.Token).ConfigureAwait(false);
                return !reply.IsOk || reply.Value.SessionId == kept.Session.Id;
            }
            catch (Exception e) when (e is KvStoreClosedException or OperationCanceledException)
            {
                return false;
            }
            catch (KvException)
            {
                await Task.Delay(Pause, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return false;
    }

    private sealed record KeptKey(string Key, Session Session, Action<KvKeepAliveLoss> Lost);
}
