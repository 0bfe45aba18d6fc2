using System.Diagnostics;
using System.Runtime.CompilerServices;
using Valkeyrie.Consul.Calls;
using Valkeyrie.Consul.Sessions;
using Valkeyrie.Engine;

namespace Valkeyrie.Consul.Keys;

/// <summary>Writes and removes single keys.</summary>
internal sealed class Writes(ConsulApi api, KeyPlaces places, SessionLeases leases, LeaseRenewer renewer, KvStoreInfo info)
{
    // The server's limit of a transaction's request (limits.txn_max_req_len), in which a value takes a third more space.
    private const int MaxTxnLength = 512 << 10;

    // Far more than any server accepts; it is refused before it is encoded.
    private const int LongestValue = 64 << 20;

    // The server does not report the remaining lock-delay of a key.
    private static readonly TimeSpan LockDelayPause = TimeSpan.FromMilliseconds(250);

    private readonly LargeValues _large = new(api, leases, info);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions options, CancellationToken cancellationToken) =>
        (await WriteAsync(key, value, null, options, cancellationToken).ConfigureAwait(false)).Pair!;

    public ValueTask<KvWriteResult> AtomicPutAsync(
        string key, ReadOnlyMemory<byte> value, long revision, KvPutOptions options, CancellationToken cancellationToken)
    {
        OptionRules.CheckAtomicPut(key, revision);
        return WriteAsync(key, value, revision, options, cancellationToken);
    }

    public async ValueTask<KvWriteResult> AtomicDeleteAsync(string key, long revision, CancellationToken cancellationToken)
    {
        var stored = places.StoredOf(key);
        OptionRules.CheckAtomicDelete(key, revision);

        while (true)
        {
            var body = new TxnBody().RequireRevision(stored, revision).Delete(stored);
            var reply = await api.CommitAsync(body, key, cancellationToken).ConfigureAwait(false);
            if (reply.IsMade)
            {
                return new(KvWriteOutcome.Written, null, revision);
            }

            if (await RefusedAsync(stored, key, revision, cancellationToken).ConfigureAwait(false) is { } refused)
            {
                return refused;
            }
        }
    }

    /// <summary>Removes a key; false if it did not exist.</summary>
    public async ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken)
    {
        // A read in the same step shows whether it existed.
        var stored = places.StoredOf(key);
        return (await api.CommitAsync(new TxnBody().Get(stored).Delete(stored), key, cancellationToken, values: false).ConfigureAwait(false)).IsMade;
    }

    private ValueTask<KvWriteResult> WriteAsync(string key, ReadOnlyMemory<byte> value, long? revision, KvPutOptions options, CancellationToken cancellationToken)
    {
        var stored = places.StoredOf(key);
        if (options.LeaseId is not null)
        {
            throw new KvNotSupportedException("leases", info) { Key = key };
        }

        OptionRules.CheckPut(key, options);
        if (value.Length > LongestValue)
        {
            throw new KvException(KvErrorCode.QuotaExceeded, $"The value for '{key}' has {value.Length} bytes, far more than Consul allows (by default 512 KiB).") { Key = key };
        }

        return options.Ttl is { } ttl
            ? WriteWithTtlAsync(key, stored, value, revision, ttl, options, cancellationToken)
            : CommitAsync(key, stored, value, revision, null, null, cancellationToken);
    }

    private async ValueTask<KvWriteResult> WriteWithTtlAsync(
        string key, string stored, ReadOnlyMemory<byte> value, long? revision, TimeSpan ttl, KvPutOptions options, CancellationToken cancellationToken)
    {
        SessionLeases.SecondsOf(ttl, key);
        var askedAt = Stopwatch.GetTimestamp();
        var lease = await leases.GrantAsync(ttl, key, cancellationToken).ConfigureAwait(false);
        KvWriteResult result;
        try
        {
            result = await CommitAsync(key, stored, value, revision, leases.SessionOf(lease), lease.Ttl, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            renewer.RevokeInBackground(lease.Id);
            throw;
        }

        if (!result.Written)
        {
            renewer.RevokeInBackground(lease.Id);
        }
        else if (options.KeepAlive)
        {
            renewer.KeepKey(lease, askedAt, key, options.Lost);
        }
        else
        {
            leases.Forget(lease);
        }

        return result;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<KvWriteResult> CommitAsync(
        string key, string stored, ReadOnlyMemory<byte> value, long? revision, string? session, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        var holder = Holder.Nobody;
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var body = TxnBody.ForPut(stored, value.Span);
            if (revision is { } wanted)
            {
                body.RequireRevision(stored, wanted);
            }

            var bytes = body.Put(stored, value.Span, holder, session).ToMemory();
            if (bytes.Length > MaxTxnLength)
            {
                return await _large.PutAsync(key, stored, value, revision, session, ttl, cancellationToken).ConfigureAwait(false) is { } pair
                    ? new(KvWriteOutcome.Written, pair, pair.Revision)
                    : await RefusedAsync(stored, key, revision!.Value, cancellationToken).ConfigureAwait(false) ?? throw Busy(key, null);
            }

            var reply = await api.CommitAsync(body, key, cancellationToken, values: false).ConfigureAwait(false);
            if (reply.IsMade)
            {
                var pair = Written(key, value, Last(reply, key), ttl);
                return new(KvWriteOutcome.Written, pair, pair.Revision);
            }

            if (revision is { } compared && reply.Errors.Any(e => e.Operation == 0))
            {
                if (await RefusedAsync(stored, key, compared, cancellationToken).ConfigureAwait(false) is { } refused)
                {
                    return refused;
                }
            }
            else if (IsLockDelay(reply))
            {
                await Task.Delay(LockDelayPause, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                holder = await HolderAsync(stored, key, session, cancellationToken).ConfigureAwait(false);
            }

            if (Stopwatch.GetElapsedTime(began) > api.Timeout)
            {
                throw Busy(key, reply.Errors[0].Text);
            }
        }
    }

    private async ValueTask<Holder> HolderAsync(string stored, string key, string? session, CancellationToken cancellationToken)
    {
        var entry = await api.GetAsync(stored, key, stale: false, cancellationToken).ConfigureAwait(false);
        var holder = await leases.HolderOfAsync(entry, cancellationToken).ConfigureAwait(false);
        return session is not null && holder is { Session.Length: > 0, Deletes: false }
            ? throw new KvInvalidArgumentException(
                $"'{key}' is held by the session {holder.Session}, for example by Consul's own lock. The key cannot get a time to live until the session releases it.") { Key = key, Endpoint = info.Address }
            : holder;
    }

    /// <summary>Returns the refusal of a conditional write; null if nothing prevents it any more.</summary>
    private async ValueTask<KvWriteResult?> RefusedAsync(string stored, string key, long wanted, CancellationToken cancellationToken)
    {
        var entry = await api.GetAsync(stored, key, stale: false, cancellationToken).ConfigureAwait(false);
        return (wanted, entry) switch
        {
            (0, null) => null,
            (0, _) => new(KvWriteOutcome.KeyExists, null, entry.ModifyIndex),
            (_, null) => new(KvWriteOutcome.KeyNotFound, null, 0),
            _ when entry.ModifyIndex == wanted => null,
            _ => new(KvWriteOutcome.KeyModified, null, entry.ModifyIndex),
        };
    }

    private ConsulEntry Last(in TxnReply reply, string key) => reply.Entries is [.., var entry] ? entry : throw new KvUnreachableException(
        KvUnreachableReason.Protocol, $"{info.Address} answered without a result for '{key}'. A write may have been made. Check host and port.") { Key = key, Endpoint = info.Address };

    private static KvPair Written(string key, ReadOnlyMemory<byte> value, ConsulEntry entry, TimeSpan? ttl) => new(value.ToArray())
    {
        Key = key,
        Revision = entry.ModifyIndex,
        CreateRevision = entry.CreateIndex,
        Ttl = ttl,
    };

    private static bool IsLockDelay(in TxnReply reply) => reply.Errors.Any(e => e.Text.Contains("lock delay", StringComparison.Ordinal));

    private KvTimeoutException Busy(string key, string? why) =>
        new($"'{key}' could not be written within {api.Timeout.TotalSeconds:0.###} s: other clients held it{(why is null ? "" : $" ({why})")}.")
        { Key = key, Endpoint = info.Address, NotSent = true };
}
