using System.Diagnostics;

namespace Valkeyrie.Engine;

/// <content>Writes and removals.</content>
public sealed partial class RevisionedStore
{
    private static readonly KvPutOptions Plain = new();

    /// <inheritdoc/>
    public ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        options = CheckPut(key, options);
        return options.Ttl is null
            ? _engine.PutAsync(key, value, options.LeaseId, cancellationToken)
            : PutWithTtlAsync(key, value, options, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryDeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        KeyRules.Check(key);
        return _engine.DeleteAsync(key, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<long> TryDeleteTreeAsync(KvRange range, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        ThrowIfClosed();
        if (range is { Kind: KvRangeKind.Directory, Text: "" })
        {
            throw new KvInvalidArgumentException(
                "The directory '/' is ambiguous: it can mean the whole store. To remove everything, specify all keys; to remove the keys that start with '/', specify the prefix '/'.") { Key = "/" };
        }

        List<KvOperation> deletes = [new KvOperation.Delete(range)];
        if (range.Kind == KvRangeKind.Directory)
        {
            deletes.Add(new KvOperation.Delete(KvRange.Key(range.Text)));
        }

        var result = await _engine.CommitAsync(new KvTransaction { Then = deletes }, cancellationToken).ConfigureAwait(false);
        return result.Results.Sum(r => r.Count);
    }

    /// <inheritdoc/>
    public async ValueTask<KvWriteResult> TryAtomicPutAsync(
        string key, ReadOnlyMemory<byte> value, long revision, KvPutOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        options = CheckPut(key, options);
        OptionRules.CheckAtomicPut(key, revision);
        if (options.Ttl is not { } ttl)
        {
            return await AtomicPutAsync(key, value, revision, options.LeaseId, cancellationToken).ConfigureAwait(false);
        }

        var askedAt = Stopwatch.GetTimestamp();
        var lease = await _engine.GrantLeaseAsync(ttl, cancellationToken).ConfigureAwait(false);
        KvWriteResult result;
        try
        {
            result = await AtomicPutAsync(key, value, revision, lease.Id, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _renewer.RevokeInBackground(lease.Id);
            throw;
        }

        if (!result.Written)
        {
            _renewer.RevokeInBackground(lease.Id);
            return result;
        }

        KeepIfAsked(lease, askedAt, key, options);
        return result with { Pair = WithTtl(result.Pair!, lease) };
    }

    /// <inheritdoc/>
    public async ValueTask<KvWriteResult> TryAtomicDeleteAsync(string key, long revision, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        KeyRules.Check(key);
        OptionRules.CheckAtomicDelete(key, revision);

        var self = KvRange.Key(key);
        var result = await _engine.CommitAsync(
            new KvTransaction { If = [KvCondition.AtRevision(key, revision)], Then = [new KvOperation.Delete(self)], Else = [LookAt(self)] },
            cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? new(KvWriteOutcome.Written, null, result.Revision) : Refused(result, revision);
    }

    private static KvPutOptions CheckPut(string key, KvPutOptions? options)
    {
        KeyRules.Check(key);
        options ??= Plain;
        OptionRules.CheckPut(key, options);
        return options;
    }

    private static KvOperation.Read LookAt(KvRange key) => new(key) { KeysOnly = true };

    private static KvWriteResult Refused(KvTransactionResult result, long wanted)
    {
        var current = result.Results[0].Pairs is [var pair, ..] ? pair.Revision : 0;
        var outcome = (wanted, current) switch
        {
            (0, _) => KvWriteOutcome.KeyExists,
            (_, 0) => KvWriteOutcome.KeyNotFound,
            _ => KvWriteOutcome.KeyModified,
        };
        return new(outcome, null, current);
    }

    private static KvPair WithTtl(KvPair pair, KvLease lease) => new(pair.GetBytes())
    {
        Key = pair.Key,
        Revision = pair.Revision,
        CreateRevision = pair.CreateRevision,
        Version = pair.Version,
        LeaseId = lease.Id,
        Ttl = lease.Ttl,
    };

    private async ValueTask<KvPair> PutWithTtlAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions options, CancellationToken cancellationToken)
    {
        var askedAt = Stopwatch.GetTimestamp();
        var lease = await _engine.GrantLeaseAsync(options.Ttl!.Value, cancellationToken).ConfigureAwait(false);
        try
        {
            var pair = await _engine.PutAsync(key, value, lease.Id, cancellationToken).ConfigureAwait(false);
            KeepIfAsked(lease, askedAt, key, options);
            return WithTtl(pair, lease);
        }
        catch
        {
            _renewer.RevokeInBackground(lease.Id);
            throw;
        }
    }

    private void KeepIfAsked(KvLease lease, long askedAt, string key, KvPutOptions options)
    {
        if (options.KeepAlive)
        {
            _renewer.KeepKey(lease, askedAt, key, options.Lost);
        }
    }

    private async ValueTask<KvWriteResult> AtomicPutAsync(
        string key, ReadOnlyMemory<byte> value, long revision, long? leaseId, CancellationToken cancellationToken)
    {
        var result = await _engine.CommitAsync(
            new KvTransaction
            {
                If = [KvCondition.AtRevision(key, revision)],
                Then = [new KvOperation.Put(key, value, leaseId)],
                Else = [LookAt(KvRange.Key(key))],
            },
            cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? new(KvWriteOutcome.Written, result.Results[0].Pairs[0], result.Revision) : Refused(result, revision);
    }
}
