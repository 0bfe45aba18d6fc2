using System.Collections.Concurrent;
using System.Text;
using Valkeyrie.Engine;
using Valkeyrie.ZooKeeper.Keys;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Locks;

/// <summary>ZooKeeper's recipe of a lock: each contender creates an ephemeral, sequential node in <c>KEY___lock</c>. The lowest number holds the lock, and each
/// other waits only for its predecessor.</summary>
/// <remarks>On the path <c>/KEY___lock</c>, this lock and other clients' locks (<see cref="SequenceLine"/>) wait for each other.</remarks>
internal sealed class SequenceMutex(Nodes nodes, SequenceLine line) : IAsyncDisposable
{
    // For people who look for the holder of a lock.
    private static readonly byte[] Holder = Encoding.UTF8.GetBytes($"valkeyrie: process {Environment.ProcessId} on {Environment.MachineName}");

    private static readonly TimeSpan LongestClosing = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<SequenceLock, bool> _held = new();

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
                    // The place in the line ended with the session: join the line again.
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

    /// <inheritdoc cref="SequenceLine.RemoveInBackground"/>
    public void RemoveInBackground(string path, string key, Session session) => line.RemoveInBackground(session, path, key);

    /// <inheritdoc cref="SequenceLine.WaitForRemovalAsync"/>
    public Task WaitForRemovalAsync(string path, string key, Session session, CancellationToken cancellationToken) =>
        line.WaitForRemovalAsync(session, path, key, cancellationToken);

    public void Forget(SequenceLock held) => _held.TryRemove(held, out _);

    /// <summary>Removes a lock's node, and on request also the locked key.</summary>
    /// <returns>False if the node was gone.</returns>
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
                    // The key no longer exists, or has keys below it.
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
            line.RemoveInBackground(session, contender.Path, key);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var time = new CancellationTokenSource(LongestClosing);
        await Task.WhenAll(_held.Keys.Select(h => EndAsync(h, time.Token))).ConfigureAwait(false);
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
        var contender = await line.StandAsync(session, directory, Holder, key, cancellationToken).ConfigureAwait(false);
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
            line.RemoveInBackground(session, contender.Path, key);
            throw;
        }
    }

    private async ValueTask WaitForTurnAsync(
        Session session, string directory, Contender contender, string key, KvLockOptions options, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (isThere, before) = await line.LookAsync(session, directory, contender, key, cancellationToken).ConfigureAwait(false);
            if (!isThere)
            {
                throw new KvLockLostException(key, Address, KvLockLostReason.KeyRemoved);
            }

            if (before is null)
            {
                return;
            }

            if (options.Timeout == TimeSpan.Zero)
            {
                throw new KvCannotLockException(key, TimeSpan.Zero, Address);
            }

            await line.WaitForRemovalAsync(session, before, key, cancellationToken).ConfigureAwait(false);
            if (session.HasEnded)
            {
                throw new SessionException(FailureKind.Expired, "The session has expired.");
            }
        }
    }

    /// <summary>Writes a value to the locked key, in one step with a check that the lock is held.</summary>
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
}
