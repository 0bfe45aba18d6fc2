using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>The whole contract, built once on the narrow <see cref="IRevisionedEngine"/>: what etcd v3 and the embedded store share.</summary>
public sealed partial class RevisionedStore : IKvStore
{
    private static readonly KvReadOptions Newest = new();
    private static readonly KvListOptions Everything = new();
    private static readonly KvPutOptions Plain = new();
    private static readonly KvWatchOptions FromNow = new();
    private static readonly KvLockOptions PlainLock = new();

    private readonly IRevisionedEngine _engine;
    private readonly LeaseRenewer _keeper;
    private readonly LeasedMutex _mutex;
    private readonly StoreLifetime _lifetime;

    /// <summary>Builds the store.</summary>
    /// <param name="engine">The engine, closed together with the store.</param>
    public RevisionedStore(IRevisionedEngine engine)
    {
        _engine = engine;
        _lifetime = new StoreLifetime(engine.Info.Address);
        _keeper = new LeaseRenewer(engine);
        _mutex = new LeasedMutex(engine, _keeper);
    }

    // By the interface alone: whoever turns the object into JSON, a few levels deep, shall not be led through all that it is made of.
    KvStoreInfo IKvStore.Info => Info;

    private KvStoreInfo Info => _engine.Info;

    /// <inheritdoc/>
    public ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        return _engine.PingAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        CheckPut(key, ref options);
        return options.Ttl is null
            ? _engine.PutAsync(key, value, options.LeaseId, cancellationToken)
            : PutWithTtlAsync(key, value, options, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<KvPair?> TryGetAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        KeyRules.Check(key);
        return _engine.GetAsync(key, CheckRead(options), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ExistsAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        options = CheckRead(options);
        var query = new KvRangeQuery(KvRange.Key(key)) { CountOnly = true, Revision = options.Revision, Serializable = options.Serializable };
        return (await _engine.RangeAsync(query, cancellationToken).ConfigureAwait(false)).Count > 0;
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryDeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        KeyRules.Check(key);
        return _engine.DeleteAsync(key, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KvPair> ListAsync(
        KvRange range, KvListOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        ThrowIfClosed();
        options = CheckRead(options);
        var left = options.Limit switch
        {
            0 => long.MaxValue,
            > 0 => options.Limit,
            _ => throw new KvInvalidArgumentException($"The limit is {options.Limit}. Give one above zero, or 0 for all."),
        };
        var hideLocks = range.Kind != KvRangeKind.Key;
        var locks = new LockKeys(_engine, options.Serializable);
        var revision = options.Revision;
        var pages = RangeReader.ReadAsync(_engine, range, options, cancellationToken);
        await foreach (var page in pages.ConfigureAwait(false))
        {
            // Only the first page of a range can be empty.
            if (page.Pairs.Count == 0 && range.Kind == KvRangeKind.Directory && options.After is null)
            {
                await RequireDirectoryKeyAsync(range, options, cancellationToken).ConfigureAwait(false);
            }

            // All pages are read at the revision of the first.
            revision = revision == 0 ? page.Revision : revision;
            foreach (var pair in page.Pairs)
            {
                if (hideLocks && LockNames.IsNamedLikeLockKey(pair.Key) && await locks.ContainAsync(pair, page, revision, cancellationToken).ConfigureAwait(false))
                {
                    continue;
                }

                yield return pair;
                if (--left == 0)
                {
                    yield break;
                }
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> CountAsync(KvRange range, KvReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        // The server's own count would be quicker, but it includes the side keys of locks.
        options = CheckRead(options);
        var keys = new KvListOptions { KeysOnly = true, Revision = options.Revision, Serializable = options.Serializable };
        var count = 0L;
        await foreach (var _ in ListAsync(range, keys, cancellationToken).ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }

    /// <inheritdoc/>
    public async ValueTask<long> TryDeleteTreeAsync(KvRange range, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        ThrowIfClosed();
        if (range is { Kind: KvRangeKind.Directory, Text: "" })
        {
            throw new KvInvalidArgumentException(
                "The directory '/' may be the whole store. To remove everything say so (all keys); to remove the keys that start with '/' give that as a prefix.") { Key = "/" };
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
        CheckPut(key, ref options);
        CheckRevision(revision);
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
            _keeper.RevokeInBackground(lease.Id);
            throw;
        }

        if (!result.Written)
        {
            _keeper.RevokeInBackground(lease.Id);
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
        CheckRevision(revision);
        if (revision == 0)
        {
            throw new KvPreviousNotSpecifiedException(key);
        }

        var self = KvRange.Key(key);
        var result = await _engine.CommitAsync(
            new KvTransaction { If = [KvCondition.AtRevision(key, revision)], Then = [new KvOperation.Delete(self)], Else = [LookAt(self)] },
            cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? new(KvWriteOutcome.Written, null, result.Revision) : Refused(result, revision);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<KvEvent> WatchAsync(string key, KvWatchOptions? options = null, CancellationToken cancellationToken = default) =>
        WatchTreeAsync(KvRange.Key(key), options, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<KvEvent> WatchTreeAsync(KvRange range, KvWatchOptions? options = null, CancellationToken cancellationToken = default) =>
        _lifetime.ReadAsync(
            token =>
            {
                ArgumentNullException.ThrowIfNull(range);
                var watch = options ?? FromNow;
                CheckRevision(watch.FromRevision);
                return ExistingThenChanges.WatchAsync(_engine, range, watch, token);
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<KvLock> LockAsync(string key, KvLockOptions? options = null, CancellationToken cancellationToken = default) =>
        _lifetime.CallAsync<KvLock>(
            async token =>
            {
                KeyRules.Check(key);
                options ??= PlainLock;
                options.RequireForm(key, Info, KvLockForm.Beside, KvLockForm.EtcdMutex);
                return await _mutex.WinAsync(LockContest.Of(key, options), token).ConfigureAwait(false);
            },
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!await _lifetime.TryCloseAsync().ConfigureAwait(false))
        {
            return;
        }

        await _mutex.DisposeAsync().ConfigureAwait(false);
        await _keeper.DisposeAsync().ConfigureAwait(false);
        await _engine.DisposeAsync().ConfigureAwait(false);
    }

    private static KvReadOptions CheckRead(KvReadOptions? options)
    {
        CheckRevision(options?.Revision ?? 0);
        return options ?? Newest;
    }

    private static KvListOptions CheckRead(KvListOptions? options)
    {
        CheckRevision(options?.Revision ?? 0);
        return options ?? Everything;
    }

    private static void CheckRevision(long revision)
    {
        if (revision < 0)
        {
            throw new KvInvalidArgumentException($"The revision is {revision}. Revisions begin at 1.");
        }
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

    private static KvPair WithTtl(KvPair pair, KvLease lease) => new()
    {
        Key = pair.Key,
        Bytes = pair.Bytes,
        Revision = pair.Revision,
        CreateRevision = pair.CreateRevision,
        Version = pair.Version,
        LeaseId = lease.Id,
        Ttl = lease.Ttl,
    };

    private static void CheckPut(string key, [System.Diagnostics.CodeAnalysis.NotNull] ref KvPutOptions? options)
    {
        KeyRules.Check(key);
        options ??= Plain;
        if (options.Ttl is { } ttl)
        {
            OptionRules.TtlSeconds(ttl, key);
            if (options.LeaseId != 0)
            {
                throw new KvInvalidArgumentException("A time to live and a lease were given together. Give one of them.") { Key = key };
            }
        }
        else if (options.KeepAlive)
        {
            throw new KvInvalidArgumentException("Keep-alive was asked for without a time to live. Give both.") { Key = key };
        }
    }

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
            _keeper.RevokeInBackground(lease.Id);
            throw;
        }
    }

    private void KeepIfAsked(KvLease lease, long askedAt, string key, KvPutOptions options)
    {
        if (options.KeepAlive)
        {
            _keeper.Keep(lease, askedAt, key);
        }
    }

    private async ValueTask<KvWriteResult> AtomicPutAsync(
        string key, ReadOnlyMemory<byte> value, long revision, long leaseId, CancellationToken cancellationToken)
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

    private async ValueTask RequireDirectoryKeyAsync(KvRange directory, KvListOptions options, CancellationToken cancellationToken)
    {
        if (directory.Text.Length == 0 || !await IsSeenAsync(directory.Text, options, cancellationToken).ConfigureAwait(false))
        {
            throw new KvKeyNotFoundException(directory.Text.Length == 0 ? "/" : directory.Text, Info.Address);
        }
    }

    // A right to what lies in a directory is none to the key of its name.
    private async ValueTask<bool> IsSeenAsync(string key, KvReadOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await ExistsAsync(key, options, cancellationToken).ConfigureAwait(false);
        }
        catch (KvPermissionDeniedException)
        {
            return false;
        }
    }

    private void ThrowIfClosed() => _lifetime.ThrowIfClosed();
}
