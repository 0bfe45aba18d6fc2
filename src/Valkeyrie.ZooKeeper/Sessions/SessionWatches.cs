using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>The watches of a session and their receivers.</summary>
/// <remarks>A server keeps one watch for each connection and path, regardless of the number of receivers here.</remarks>
/// <param name="session">The session.</param>
#pragma warning disable CA1001 // a semaphore without a wait handle needs no disposal
internal sealed class SessionWatches(Session session)
#pragma warning restore CA1001
{
    // As in ZooKeeper's own client: a frame stays far below a server's limit.
    private const int LongestPaths = 128 << 10;

    private readonly object _gate = new();
    private readonly Dictionary<string, List<IWatcher>> _recursive = [];
    private readonly Dictionary<string, List<NodeWatch>> _once = [];

    // Starts and ends of watches reach the server in the order in which they are decided here.
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Starts to watch a node and all nodes below it.</summary>
    /// <returns>The server's refusal, or <see cref="ErrorCode.Ok"/>: from then on every change is reported.</returns>
    /// <exception cref="KvException">The call was not answered.</exception>
    /// <exception cref="SessionException">The session has ended.</exception>
    public async ValueTask<ErrorCode> AddAsync(string path, IWatcher watcher, string? key, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Added before the request, so that another connection also restores it.
            lock (_gate)
            {
                ListOf(_recursive, path).Add(watcher);
            }

            var reply = await session.CallAsync(new AddWatchRequest(path), key, cancellationToken).ConfigureAwait(false);
            if (!reply.IsOk)
            {
                Remove(_recursive, path, watcher);
            }

            return reply.Error;
        }
        catch
        {
            Remove(_recursive, path, watcher);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends a watch of a node and all nodes below it. Does not throw: a server that cannot be reached continues to send events without a
    /// receiver.</summary>
    public async ValueTask RemoveAsync(string path, IWatcher watcher)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (Remove(_recursive, path, watcher) && session.IsConnected)
            {
                await session.CallAsync(new RemoveWatchesRequest(path), null, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is KvException or SessionException)
        {
            // The session has ended, and its watches with it.
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Prepares a one-time watch of a node; the read that requests it follows.</summary>
    public NodeWatch Once(string path)
    {
        var watch = new NodeWatch(this, path);
        lock (_gate)
        {
            ListOf(_once, path).Add(watch);
        }

        return watch;
    }

    public void Forget(NodeWatch watch) => Remove(_once, watch.Path, watch);

    /// <summary>Creates the requests that restore the watches on another connection.</summary>
    /// <param name="zxid">The newest transaction known to the session.</param>
    public IReadOnlyList<SetWatchesRequest> Restored(long zxid)
    {
        string[] data;
        string[] recursive;
        lock (_gate)
        {
            data = [.. _once.Keys];
            recursive = [.. _recursive.Keys];
        }

        return [.. Parts(data).Select(p => new SetWatchesRequest(zxid, p, [])), .. Parts(recursive).Select(p => new SetWatchesRequest(zxid, [], p))];
    }

    public void OnEvent(WatchEvent happened)
    {
        foreach (var watch in OnceAt(happened.Path))
        {
            watch.Fire();
        }

        if (happened.Type is WatchEventType.Created or WatchEventType.Deleted or WatchEventType.DataChanged)
        {
            foreach (var watcher in WatchersOf(happened.Path))
            {
                watcher.OnEvent(happened);
            }
        }
    }

    public void OnReconnected() => Tell(static w => w.OnReconnected());

    public void OnDisconnected(SessionException why) => Tell(w => w.OnDisconnected(why));

    public void OnEnded(SessionException why)
    {
        NodeWatch[] once;
        lock (_gate)
        {
            once = [.. _once.Values.SelectMany(w => w)];
        }

        foreach (var watch in once)
        {
            watch.Fire();
        }

        Tell(w => w.OnSessionEnded(why));
    }

    private static List<T> ListOf<T>(Dictionary<string, List<T>> all, string path)
    {
        if (!all.TryGetValue(path, out var list))
        {
            all[path] = list = [];
        }

        return list;
    }

    private static IEnumerable<IReadOnlyList<string>> Parts(string[] paths)
    {
        var part = new List<string>();
        var length = 0;
        foreach (var path in paths)
        {
            // A character takes at most three bytes.
            if (part.Count > 0 && length + 3 * path.Length > LongestPaths)
            {
                yield return part;
                part = [];
                length = 0;
            }

            part.Add(path);
            length += 3 * path.Length + sizeof(int);
        }

        if (part.Count > 0)
        {
            yield return part;
        }
    }

    /// <returns>True if the path has no receiver any more.</returns>
    private bool Remove<T>(Dictionary<string, List<T>> all, string path, T watch)
    {
        lock (_gate)
        {
            if (!all.TryGetValue(path, out var list) || !list.Remove(watch) || list.Count > 0)
            {
                return false;
            }

            all.Remove(path);
            return true;
        }
    }

    private NodeWatch[] OnceAt(string path)
    {
        lock (_gate)
        {
            return _once.TryGetValue(path, out var list) ? [.. list] : [];
        }
    }

    private List<IWatcher> WatchersOf(string path)
    {
        var watchers = new List<IWatcher>();
        lock (_gate)
        {
            for (var at = path; ; at = at.LastIndexOf('/') is > 0 and var end ? at[..end] : "/")
            {
                if (_recursive.TryGetValue(at, out var list))
                {
                    watchers.AddRange(list);
                }

                if (at == "/")
                {
                    return watchers;
                }
            }
        }
    }

    private void Tell(Action<IWatcher> what)
    {
        List<IWatcher> all;
        lock (_gate)
        {
            all = [.. _recursive.Values.SelectMany(w => w)];
        }

        all.ForEach(what);
    }
}
