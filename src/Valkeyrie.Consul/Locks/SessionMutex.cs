using System.Collections.Concurrent;
using Valkeyrie.Consul.Calls;
using Valkeyrie.Consul.Keys;
using Valkeyrie.Consul.Sessions;
using Valkeyrie.Engine;

namespace Valkeyrie.Consul.Locks;

/// <summary>Consul's own lock: the session that acquires the lock key holds the lock. The lock key is <c>KEY___lock</c>, as on other stores, or
/// <c>KEY/.lock</c>, as in <c>consul lock KEY</c>. It has the flag of Consul's own client, so that both clients exclude each other.</summary>
/// <remarks>Each lock has its own session with the behavior <c>delete</c>. Ending the session releases the lock, regardless of the outcome of the request that
/// took it. The key is removed with the lock, so the fencing token is the revision of the acquisition, not a count of the key's acquisitions.</remarks>
internal sealed class SessionMutex(ConsulApi api, KeyPlaces places, SessionLeases leases, RenewedSessions sessions) : IAsyncDisposable
{
    private const string ConsulLockName = "/.lock";

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);

    // The server does not report the remaining lock-delay of a key.
    private static readonly TimeSpan LockDelayPause = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<SessionLock, bool> _held = new();
    private readonly ConcurrentDictionary<TaskCompletionSource, bool> _taking = new();
    private readonly KeyWaits _waits = new(api);

    public KvStoreInfo Info => leases.Info;

    /// <summary>Takes a lock.</summary>
    public async ValueTask<KvLock> LockAsync(string key, KvLockOptions options, CancellationToken cancellationToken)
    {
        var lockKey = places.StoredOf(key) + (options.Form == KvLockForm.ConsulLock ? ConsulLockName : LockNames.Suffix);
        OptionRules.CheckLock(key, options);
        var ttl = TimeSpan.FromSeconds(SessionLeases.SecondsOf(options.Ttl, key));
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (options.Timeout is { } timeout && timeout > TimeSpan.Zero)
        {
            waiting.CancelAfter(timeout);
        }

        var hasAnswered = new StrongBox();
        var taking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _taking[taking] = true;
        try
        {
            while (true)
            {
                if (await TryWithSessionAsync(key, lockKey, ttl, options, hasAnswered, waiting.Token).ConfigureAwait(false) is { } held)
                {
                    return held;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw hasAnswered.Value
                ? new KvCannotLockException(key, options.Timeout!.Value, Info.Address)
                : new KvTimeoutException($"The lock of '{key}' could not be taken: {Info.Address} did not answer within the timeout of {options.Timeout!.Value.TotalSeconds:0.###} s.")
                    { Key = key, Endpoint = Info.Address };
        }
        finally
        {
            _taking.TryRemove(taking, out _);
            taking.SetResult();
        }
    }

    /// <summary>Removes the lock key if the session still holds it, and on request also the locked key.</summary>
    /// <returns>False if the session no longer holds it.</returns>
    public async ValueTask<bool> ReleaseAsync(string key, string lockKey, string session, bool deleteOnUnlock, CancellationToken cancellationToken)
    {
        var body = new TxnBody().RequireSession(lockKey, session).Delete(lockKey);
        if (deleteOnUnlock)
        {
            body.Delete(places.StoredOf(key));
        }

        return (await api.CommitAsync(body, key, cancellationToken).ConfigureAwait(false)).IsMade;
    }

    /// <inheritdoc cref="KeyWaits.WaitWhileHeldAsync"/>
    public Task WaitWhileHeldAsync(string key, string lockKey, long index, string session, CancellationToken cancellationToken) =>
        _waits.WaitWhileHeldAsync(key, lockKey, index, session, cancellationToken);

    public void LetGo(SessionLock held, RenewedLease lease)
    {
        _held.TryRemove(held, out _);
        sessions.LetGo(lease);
    }

    public async ValueTask DisposeAsync()
    {
        // The store has cancelled them; the locks that they took or left are handled next.
        await Task.WhenAll(_taking.Keys.Select(taking => taking.Task)).ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(CloseTimeout < api.Timeout ? CloseTimeout : api.Timeout);
        await Task.WhenAll(_held.Keys.Select(held => TakeAwayAsync(held, timeout.Token))).ConfigureAwait(false);
    }

    private static async Task TakeAwayAsync(SessionLock held, CancellationToken cancellationToken)
    {
        try
        {
            await held.TakeAwayAsync(KvLockLostReason.StoreClosed, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // The sessions are ended next, and with them the locks that could not be released here.
        }
    }

    /// <summary>Tries to take the lock with one session: returns the lock, or null if the session ended.</summary>
    private async ValueTask<KvLock?> TryWithSessionAsync(
        string key, string lockKey, TimeSpan ttl, KvLockOptions options, StrongBox hasAnswered, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var lease = await sessions.GrantAsync(ttl, key, cancellationToken).ConfigureAwait(false);
        hasAnswered.Value = true;
        var session = leases.SessionOf(lease.Id);
        using var usable = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            var revision = await TakeAsync(key, lockKey, session, options, usable.Token).ConfigureAwait(false);
            var held = new SessionLock(this, key, lockKey, revision, session, lease, options.DeleteOnUnlock);
            _held[held] = true;
            held.BeginGuard();
            return held;
        }
        catch (Exception e)
        {
            // Its keys are removed when the session ends, and a late request finds the session ended.
            sessions.LetGo(lease);
            if ((e is KvLeaseNotFoundException || (e is OperationCanceledException && lease.Lost.IsCancellationRequested)) && !cancellationToken.IsCancellationRequested)
            {
                return null;
            }

            throw;
        }
    }

    /// <summary>Returns the revision at which the session acquired the lock key.</summary>
    private async ValueTask<long> TakeAsync(string key, string lockKey, string session, KvLockOptions options, CancellationToken cancellationToken)
    {
        var stored = places.StoredOf(key);
        var holder = Holder.Nobody;
        ConsulEntry? there = null;
        while (true)
        {
            var body = new TxnBody()
                .RequireRevision(lockKey, there?.ModifyIndex ?? 0)
                .Acquire(lockKey, there is null ? [] : there.Value, session, ConsulEntry.LockFlag);
            var operations = body.Count;
            if (options.Value is { } value)
            {
                // A value to be removed with the lock must also be removed if its holder dies.
                body.Put(stored, value.Span, holder, options.DeleteOnUnlock ? session : null);
            }

            var reply = await api.CommitAsync(body, key, cancellationToken).ConfigureAwait(false);
            if (reply.IsMade)
            {
                return reply.Entries.FirstOrDefault(e => e.Key == lockKey)?.ModifyIndex
                    ?? throw new KvUnreachableException(KvUnreachableReason.Protocol, $"{Info.Address} answered without a result for the lock of '{key}'. Check host and port.")
                        { Key = key, Endpoint = Info.Address };
            }

            if (reply.Errors.Any(e => e.Text.Contains("invalid session", StringComparison.Ordinal)))
            {
                throw new KvLeaseNotFoundException(0, Info.Address);
            }

            if (reply.Errors.All(e => e.Operation >= operations))
            {
                // The lock is free, but the locked key has changed since it was read.
                holder = await HolderOfKeyAsync(stored, key, options, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var (entry, index) = await _waits.NextAsync(key, lockKey, 0, cancellationToken).ConfigureAwait(false);
            there = entry is { Session: "", Flags: ConsulEntry.LockFlag } ? entry : null;
            var isDelayed = reply.Errors.Any(e => e.Text.Contains("lock delay", StringComparison.Ordinal));
            if ((entry is null || there is not null) && !isDelayed)
            {
                continue;
            }

            if (options.Timeout == TimeSpan.Zero)
            {
                throw new KvCannotLockException(key, TimeSpan.Zero, Info.Address);
            }

            if (isDelayed)
            {
                await Task.Delay(LockDelayPause, cancellationToken).ConfigureAwait(false);
                continue;
            }

            await _waits.WaitForFreeAsync(key, lockKey, index, cancellationToken).ConfigureAwait(false);
            there = null;
        }
    }

    private async ValueTask<Holder> HolderOfKeyAsync(string stored, string key, KvLockOptions options, CancellationToken cancellationToken)
    {
        var entry = await api.GetAsync(stored, key, stale: false, cancellationToken).ConfigureAwait(false);
        var holder = await leases.HolderOfAsync(entry, cancellationToken).ConfigureAwait(false);
        return options.DeleteOnUnlock && holder is { Session.Length: > 0, Deletes: false }
            ? throw new KvInvalidArgumentException(
                $"'{key}' is held by the session {holder.Session}, for example by Consul's own lock. The value of this lock cannot be written to the key until the session releases it.") { Key = key, Endpoint = Info.Address }
            : holder;
    }

    private sealed class StrongBox
    {
        public bool Value { get; set; }
    }
}
