using System.Collections.Concurrent;
using Valkeyrie.ZooKeeper.Keys;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Locks;

/// <summary>ZooKeeper's recipe of a line: each contender creates an ephemeral, sequential node in a directory, and waits only for its predecessor.</summary>
/// <remarks>Nodes are named like those of Curator's InterProcessMutex and LeaderSelector and of the lock of Go's client, <c>_c_GUID-lock-NUMBER</c>, so these
/// clients share the line. Only the number orders the nodes. With the GUID, a contender finds its node if the reply to its creation was lost.</remarks>
internal sealed class SequenceLine(Nodes nodes) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Task, bool> _background = new();
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Appends a contender to the line.</summary>
    /// <param name="session">The session of the contender's node.</param>
    /// <param name="directory">The line.</param>
    /// <param name="data">The node's data.</param>
    /// <param name="key">The key of the call, for errors.</param>
    /// <param name="cancellationToken">Ends the call early and leaves nothing in the store.</param>
    /// <exception cref="SessionException">The session has ended.</exception>
    public async ValueTask<Contender> StandAsync(Session session, string directory, ReadOnlyMemory<byte> data, string key, CancellationToken cancellationToken)
    {
        var name = $"_c_{Guid.NewGuid():d}-lock-";
        while (true)
        {
            try
            {
                // Not cancellable: a node with an unknown name could not be removed.
                var reply = await session.CallAsync(nodes.Create(NodePaths.Join(directory, name), data, CreateMode.EphemeralSequential), key, CancellationToken.None).ConfigureAwait(false);
                switch (reply.Error)
                {
                    case ErrorCode.Ok:
                        if (cancellationToken.IsCancellationRequested)
                        {
                            RemoveInBackground(session, reply.Value!.Path, key);
                            cancellationToken.ThrowIfCancellationRequested();
                        }

                        return new Contender(reply.Value!.Path, reply.Value.Stat.Czxid);
                    case ErrorCode.NoNode:
                        await CreateDirectoryAsync(directory, key, cancellationToken).ConfigureAwait(false);
                        break;
                    default:
                        throw nodes.Refusal(reply.Error, key);
                }
            }
            catch (KvException e) when (e is KvUnreachableException { Reason: KvUnreachableReason.ConnectionLost } or KvTimeoutException && !e.NotSent)
            {
                if (await FindOrAbandonAsync(session, directory, name, key, cancellationToken).ConfigureAwait(false) is { } found)
                {
                    return found;
                }

                if (e is KvTimeoutException)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Reads the predecessor of a contender. Data with such a name is ignored.</summary>
    public async ValueTask<(bool IsThere, string? Before)> LookAsync(
        Session session, string directory, Contender contender, string key, CancellationToken cancellationToken)
    {
        var children = await session.CallAsync(new GetChildrenRequest(directory, synced: false), key, cancellationToken).ConfigureAwait(false);
        if (!children.IsOk && children.Error != ErrorCode.NoNode)
        {
            throw nodes.Refusal(children.Error, key);
        }

        string[] names = children.IsOk ? children.Value.Names : [];
        var mine = Contender.NumberOf(contender.Path);
        var isThere = names.Contains(contender.Path[(directory.Length + 1)..]);
        foreach (var name in names.Where(n => Contender.NumberOf(n) < mine).OrderByDescending(n => Contender.NumberOf(n)))
        {
            var before = NodePaths.Join(directory, name);
            var stat = await session.CallAsync(new ExistsRequest(before, synced: false), key, cancellationToken).ConfigureAwait(false);
            if (stat.IsOk && stat.Value.SessionId != 0)
            {
                return (isThere, before);
            }
        }

        return (isThere, null);
    }

    /// <summary>Removes a contender's node, and retries until its session has ended: others use the session too, and the node would block the line.</summary>
    public void RemoveInBackground(Session session, string path, string key) =>
        TryInBackground(session, async () => await session.CallAsync(new DeleteRequest(path), key, CancellationToken.None).ConfigureAwait(false));

    /// <summary>Waits until a node is gone.</summary>
    public async Task WaitForRemovalAsync(Session session, string path, string key, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var watch = session.Watches.Once(path);
            try
            {
                var there = await session.CallAsync(new GetDataRequest(path, synced: false, watch: true), key, cancellationToken).ConfigureAwait(false);
                if (there.Error == ErrorCode.NoNode)
                {
                    return;
                }

                if (!there.IsOk)
                {
                    throw nodes.Refusal(there.Error, key);
                }
            }
            catch (SessionException e)
            {
                throw nodes.Pool.Settings.Errors.Of(e, key, repeatable: true);
            }

            await watch.Fired.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for the removals in the background. The remaining nodes end with their sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_background.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // A container: servers remove it when it has no contender.
    private async ValueTask CreateDirectoryAsync(string directory, string key, CancellationToken cancellationToken)
    {
        var reply = await nodes.CallAsync(nodes.Create(directory, null, CreateMode.Container), key, cancellationToken).ConfigureAwait(false);
        switch (reply.Error)
        {
            case ErrorCode.Ok or ErrorCode.NodeExists:
                return;
            case ErrorCode.NoNode:
                await nodes.CreateParentsAsync(directory, key, cancellationToken).ConfigureAwait(false);
                return;
            default:
                throw nodes.Refusal(reply.Error, key);
        }
    }

    /// <summary>Finds the node if the reply to its creation was lost; null if it was not created. Requests from a session's former connection no longer arrive
    /// when it has another one.</summary>
    private static async ValueTask<Contender?> FindAsync(Session session, string directory, string name, string key, CancellationToken cancellationToken)
    {
        var children = await session.CallAsync(new GetChildrenRequest(directory, synced: true), key, cancellationToken).ConfigureAwait(false);
        if (!children.IsOk || Array.Find(children.Value.Names, n => n.StartsWith(name, StringComparison.Ordinal)) is not { } found)
        {
            return null;
        }

        var path = NodePaths.Join(directory, found);
        var stat = await session.CallAsync(new ExistsRequest(path, synced: false), key, cancellationToken).ConfigureAwait(false);
        return stat.IsOk ? new Contender(path, stat.Value.Czxid) : null;
    }

    /// <summary>Works as <see cref="FindAsync"/>; without an answer, or if the caller cancels, the node is found and removed in the background.</summary>
    private async ValueTask<Contender?> FindOrAbandonAsync(Session session, string directory, string name, string key, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(session, directory, name, key, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            TryInBackground(session, async () =>
            {
                if (await FindAsync(session, directory, name, key, CancellationToken.None).ConfigureAwait(false) is { } found)
                {
                    await session.CallAsync(new DeleteRequest(found.Path), key, CancellationToken.None).ConfigureAwait(false);
                }
            });
            throw;
        }
    }

    private void TryInBackground(Session session, Func<Task> attempt)
    {
        if (session.HasEnded)
        {
            return;
        }

        var trying = TryAsync(session, attempt);
        _background[trying] = true;
        _ = trying.ContinueWith(t => _background.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task TryAsync(Session session, Func<Task> attempt)
    {
        var pause = FirstPause;
        while (!_closed.IsCancellationRequested && !session.HasEnded)
        {
            try
            {
                await attempt().ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is KvException or SessionException)
            {
                // Again, or with its session.
            }

            await Task.Delay(pause, _closed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
