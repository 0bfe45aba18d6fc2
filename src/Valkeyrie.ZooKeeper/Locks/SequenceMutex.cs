using System.Collections.Concurrent;
using System.Text;
using Valkeyrie.Engine;
using Valkeyrie.ZooKeeper.Keys;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Locks;

/// <summary>ZooKeeper's recipe of a lock: each contender makes an ephemeral node in <c>KEY___lock</c> that the server numbers; the lowest number holds the lock,
/// each other waits for the one before it alone.</summary>
/// <remarks>Nodes are named as those of Curator's InterProcessMutex and of the lock of Go's client, <c>_c_GUID-lock-NUMBER</c>, so these wait for each other on the
/// path <c>/KEY___lock</c>. The number alone orders them. By its GUID a contender finds its node again whose creation was not answered.</remarks>
internal sealed class SequenceMutex(Nodes nodes) : IAsyncDisposable
{
    // For whoever looks who holds a lock.
    private static readonly byte[] Holder = Encoding.UTF8.GetBytes($"valkeyrie: process {Environment.ProcessId} on {Environment.MachineName}");

    private static readonly TimeSpan LongestClosing = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan[] RemovalPauses = [TimeSpan.Zero, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)];

    private readonly ConcurrentDictionary<SequenceLock, bool> _held = new();
    private readonly ConcurrentDictionary<Task, bool> _background = new();
    private readonly CancellationTokenSource _closed = new();

    public string Address => nodes.Info.Address;

    /// <summary>Takes a lock.</summary>
    public async ValueTask<KvLock> LockAsync(string key, KvLockOptions options, CancellationToken cancellationToken)
    {
        var directory = nodes.Paths.PathOf(key) + LockNames.Suffix;
        var seconds = OptionRules.CheckLock(key, options);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (options.Timeout is { } timeout && timeout > TimeSpan.Zero)
        {
            waiting.CancelAfter(timeout);
        }

        var stood = false;
        try
        {
            while (true)
            {
                var session = nodes.Pool.ForTtl(seconds);
                try
                {
                    return await LockAsync(session, directory, key, options, () => stood = true, waiting.Token).ConfigureAwait(false);
                }
                catch (SessionException e) when (e.Kind == FailureKind.Expired)
                {
                    // The place in the line is gone with the session: stand in line again.
                }
                catch (SessionException e)
                {
                    throw nodes.Pool.Settings.Errors.Of(e, key, repeatable: true);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw stood
                ? new KvCannotLockException(key, options.Timeout!.Value, Address)
                : new KvTimeoutException($"The lock of '{key}' could not be taken: {Address} did not answer within the timeout of {options.Timeout!.Value.TotalSeconds:0.###} s.")
                    { Key = key, Endpoint = Address };
        }
    }

    public void Forget(SequenceLock held) => _held.TryRemove(held, out _);

    /// <summary>Removes a lock's node, and the locked key with it if so wished.</summary>
    /// <returns>False if the node was there no more.</returns>
    public async ValueTask<bool> ReleaseAsync(string key, Contender contender, Session session, bool deleteOnUnlock, CancellationToken cancellationToken)
    {
        try
        {
            var path = nodes.Paths.PathOf(key);
            var withKey = deleteOnUnlock;
            while (true)
            {
                Request[] steps = withKey ? [new DeleteRequest(contender.Path), new DeleteRequest(path)] : [new DeleteRequest(contender.Path)];
                var reply = await session.CallAsync(new MultiRequest(steps), key, cancellationToken).ConfigureAwait(false);
                var failed = reply.IsOk ? Array.FindIndex(reply.Value, r => r.Error != ErrorCode.Ok) : 0;
                if (failed < 0)
                {
                    return true;
                }

                var error = reply.IsOk ? reply.Value[failed].Error : reply.Error;
                if (failed == 1)
                {
                    // The key is there no more, or has others below it.
                    withKey = false;
                    if (error == ErrorCode.NotEmpty)
                    {
                        await new Writes(nodes).DeleteAsync(key, cancellationToken).ConfigureAwait(false);
                    }

                    continue;
                }

                return error == ErrorCode.NoNode ? false : throw nodes.Refusal(error, key);
            }
        }
        catch (SessionException e)
        {
            return e.Kind == FailureKind.Expired ? false : throw nodes.Pool.Settings.Errors.Of(e, key, repeatable: true);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            RemoveInBackground(contender.Path, key, session);
            throw;
        }
    }

    /// <summary>Removes a lock's node while its session lives, and tries for a while.</summary>
    public void RemoveInBackground(string path, string key, Session session)
    {
        if (session.HasEnded)
        {
            return;
        }

        var removing = RemoveAsync(path, key, session);
        _background[removing] = true;
        _ = removing.ContinueWith(t => _background.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Returns when a node is there no more.</summary>
    public async Task WaitForRemovalAsync(string path, string key, Session session, CancellationToken cancellationToken)
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

    public async ValueTask DisposeAsync()
    {
        using var time = new CancellationTokenSource(LongestClosing);
        await Task.WhenAll(_held.Keys.Select(h => EndAsync(h, time.Token))).ConfigureAwait(false);
        await _closed.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_background.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task EndAsync(SequenceLock held, CancellationToken cancellationToken)
    {
        try
        {
            await held.TakeAwayAsync(KvLockLostReason.StoreClosed, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // Its session is closed next, or expires.
        }
    }

    private async ValueTask<KvLock> LockAsync(
        Session session, string directory, string key, KvLockOptions options, Action onStanding, CancellationToken cancellationToken)
    {
        var contender = await StandInLineAsync(session, directory, key, cancellationToken).ConfigureAwait(false);
        try
        {
            onStanding();
            await WaitForTurnAsync(session, directory, contender, key, options, cancellationToken).ConfigureAwait(false);
            if (options.Value is { } value)
            {
                await PutValueAsync(session, contender, key, value, options.DeleteOnUnlock, cancellationToken).ConfigureAwait(false);
            }

            var held = new SequenceLock(this, key, contender, session, options.DeleteOnUnlock);
            _held[held] = true;
            held.BeginGuard();
            return held;
        }
        catch
        {
            RemoveInBackground(contender.Path, key, session);
            throw;
        }
    }

    private async ValueTask<Contender> StandInLineAsync(Session session, string directory, string key, CancellationToken cancellationToken)
    {
        var name = $"_c_{Guid.NewGuid():d}-lock-";
        while (true)
        {
            try
            {
                // Not to be cancelled: a node whose name is not known could not be removed.
                var reply = await session.CallAsync(nodes.Create(NodePaths.Join(directory, name), Holder, CreateMode.EphemeralSequential), key, CancellationToken.None).ConfigureAwait(false);
                switch (reply.Error)
                {
                    case ErrorCode.Ok:
                        if (cancellationToken.IsCancellationRequested)
                        {
                            RemoveInBackground(reply.Value!.Path, key, session);
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
                if (await FindAsync(session, directory, name, key, cancellationToken).ConfigureAwait(false) is { } found)
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

    // A container: servers remove it when nobody stands there any more.
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

    /// <summary>Finds the node whose creation was not answered; null if it was not made. What its session sent on an earlier connection no longer arrives once it
    /// has another one.</summary>
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

    private async ValueTask WaitForTurnAsync(
        Session session, string directory, Contender contender, string key, KvLockOptions options, CancellationToken cancellationToken)
    {
        var mine = Contender.NumberOf(contender.Path);
        while (true)
        {
            var children = await session.CallAsync(new GetChildrenRequest(directory, synced: false), key, cancellationToken).ConfigureAwait(false);
            if (!children.IsOk && children.Error != ErrorCode.NoNode)
            {
                throw nodes.Refusal(children.Error, key);
            }

            string[] names = children.IsOk ? children.Value.Names : [];
            if (!names.Contains(contender.Path[(directory.Length + 1)..]))
            {
                throw new KvLockLostException(key, Address, KvLockLostReason.KeyRemoved);
            }

            if (names.Where(n => Contender.NumberOf(n) < mine).MaxBy(n => Contender.NumberOf(n)) is not { } before)
            {
                return;
            }

            if (options.Timeout == TimeSpan.Zero)
            {
                throw new KvCannotLockException(key, TimeSpan.Zero, Address);
            }

            await WaitForRemovalAsync(NodePaths.Join(directory, before), key, session, cancellationToken).ConfigureAwait(false);
            if (session.HasEnded)
            {
                throw new SessionException(FailureKind.Expired, "The session has expired.");
            }
        }
    }

    /// <summary>Puts a value on the locked key, in one step with a check that the lock is held.</summary>
    private async ValueTask PutValueAsync(
        Session session, Contender contender, string key, ReadOnlyMemory<byte> value, bool deleteOnUnlock, CancellationToken cancellationToken)
    {
        var path = nodes.Paths.PathOf(key);
        var mode = deleteOnUnlock ? CreateMode.Ephemeral : CreateMode.Persistent;
        var held = new CheckRequest(contender.Path, Request.AnyVersion);
        while (true)
        {
            var there = await nodes.ReadAsync(path, key, stale: false, cancellationToken).ConfigureAwait(false);
            Request[] steps = there is null ? [held, nodes.Create(path, value, mode)]
                : !deleteOnUnlock && there.Stat.SessionId == 0 && !Nodes.HasTtl(there.Stat) ? [held, new SetDataRequest(path, value, there.Stat.Version)]
                : [held, new DeleteRequest(path, there.Stat.Version), nodes.Create(path, value, mode)];
            var reply = await session.CallAsync(new MultiRequest(steps), key, cancellationToken).ConfigureAwait(false);
            var failed = reply.IsOk ? Array.FindIndex(reply.Value, r => r.Error != ErrorCode.Ok) : 0;
            if (failed < 0)
            {
                return;
            }

            var error = reply.IsOk ? reply.Value[failed].Error : reply.Error;
            switch (error)
            {
                case ErrorCode.NoNode when failed == 0:
                    throw new KvLockLostException(key, Address, KvLockLostReason.KeyRemoved);
                case ErrorCode.NoNode when there is null:
                    await nodes.CreateParentsAsync(path, key, cancellationToken).ConfigureAwait(false);
                    break;
                case ErrorCode.NoNode or ErrorCode.NodeExists or ErrorCode.BadVersion:
                    break;
                default:
                    throw nodes.Refusal(error, key);
            }
        }
    }

    private async Task RemoveAsync(string path, string key, Session session)
    {
        foreach (var pause in RemovalPauses)
        {
            await Task.Delay(pause, _closed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_closed.IsCancellationRequested || session.HasEnded)
            {
                // The end of the session removes it.
                return;
            }

            try
            {
                await session.CallAsync(new DeleteRequest(path), key, CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is KvException or SessionException)
            {
                // Again, or with its session.
            }
        }
    }
}
