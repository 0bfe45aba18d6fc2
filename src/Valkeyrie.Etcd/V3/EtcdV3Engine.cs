using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Cluster;
using Valkeyrie.Etcd.Engine;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.V3;

/// <summary>Implements the narrow engine below the contract on etcd's API 3, with one request for each call.</summary>
internal sealed class EtcdV3Engine(EtcdChannel channel, KvStoreInfo info, KvStoreOptions options) : IRevisionedEngine
{
    private const long SmallestLimitWorthHalving = 2;

    /// <summary>The promises of the store.</summary>
    public static KvPromises Promises { get; } = new()
    {
        EveryChange = true,
        ListingAtOneRevision = true,
        DescendingListings = true,
        TreesRemovedAtOnce = true,
        History = true,
        Transactions = true,
        RangeConditions = true,
        LargestTransaction = 128,
        LargestTransactionSetting = "max-txn-ops",
        Leases = true,
        Elections = true,
        Versions = true,
        LocksInOrder = true,
        BinaryValues = true,
        KeysAsWritten = true,
        KeysOfAnyText = true,
        KeysOfAnyBytes = true,
        ValuesOnDirectories = true,
        RealDirectories = false,

        // One and a half election timeouts, in whole seconds; the election timeout is one second by default.
        ShortestTtlSeconds = 2,
        ShortestTtlSetting = "--election-timeout",

        // The limit of the whole request.
        LargestValue = 3 << 19,
        LargestValueSetting = "--max-request-bytes",
    };

    private readonly Requests _requests = new(new KeyCodec(options.Namespace));
    private readonly TransactionRequests _transactions = new(new KeyCodec(options.Namespace));
    private readonly Replies _replies = new(new KeyCodec(options.Namespace));
    private readonly Members _members = new(channel, options);

    private readonly EtcdCalls _calls = new(channel);

    // Checked once: with two calls in each ping, one of two members would get every status request, and the other none.
    private volatile bool _isUser;

    public KvStoreInfo Info => info;

    public TimeSpan Timeout => channel.Timeout;

    // Two pages keep a server with two processors busy, and the third is requested when the first has arrived.
    public int PagesAtOnce => 3;

    public async ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken)
    {
        if (_isUser)
        {
            return await _members.StatusAsync(cancellationToken).ConfigureAwait(false);
        }

        // Both calls, because the status alone does not show whether the user is valid: etcd 3.4 returns it to everyone.
        var user = _members.RequireUserAsync(cancellationToken);
        var status = _members.StatusAsync(cancellationToken);
        await Task.WhenAll(user, status).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // For an unknown user, this error is reported instead of the refused status.
        await user.ConfigureAwait(false);
        _isUser = true;
        return await status.ConfigureAwait(false);
    }

    public IAsyncEnumerable<KvEndpointStatus> CheckEndpointsAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _members.CheckAllAsync(timeout, cancellationToken);

    public async ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, long? leaseId, CancellationToken cancellationToken)
    {
        try
        {
            var revision = await channel.CallAsync(
                EtcdMethods.Put, _requests.Put(key, value.Span, leaseId ?? 0), static (_, reply) => Replies.Revision(reply.Span), 0, key, cancellationToken)
                .ConfigureAwait(false);
            return new KvPair(value.ToArray()) { Key = key, Revision = revision, LeaseId = leaseId };
        }
        catch (KvLeaseNotFoundException e)
        {
            // The server does not name the lease; the caller knows it.
            throw new KvLeaseNotFoundException(leaseId, e.Endpoint) { Key = key };
        }
    }

    public ValueTask<KvPair?> GetAsync(string key, KvReadOptions options, CancellationToken cancellationToken) => options.Revision is null
        ? SingleAsync(key, options, cancellationToken)
        : AtRevisionAsync(key, options, cancellationToken);

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) => channel.CallAsync(
        EtcdMethods.DeleteRange, _requests.Delete(key), static (_, reply) => Replies.Deleted(reply.Span), 0, key, cancellationToken);

    public ValueTask<KvPage> RangeAsync(KvRangeQuery query, CancellationToken cancellationToken) =>
        RangeStream.Suits(query) ? WholeAsync(query, cancellationToken) : PageAsync(query, cancellationToken);

    public async ValueTask<KvTransactionResult> CommitAsync(KvTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            return await channel.CallAsync(
                EtcdMethods.Txn,
                _transactions.Frame(transaction),
                static (state, reply) => state._replies.Transaction(reply, state.transaction),
                (_replies, transaction),
                KeyOf(transaction),
                cancellationToken).ConfigureAwait(false);
        }
        catch (KvLeaseNotFoundException e) when (LeasesOf(transaction) is [var leaseId])
        {
            // The server does not name the lease; if the transaction has several, it is not known.
            throw new KvLeaseNotFoundException(leaseId, e.Endpoint) { Key = KeyOf(transaction) };
        }
    }

    public IAsyncEnumerable<IReadOnlyList<KvEvent>> WatchAsync(KvWatchQuery query, CancellationToken cancellationToken) =>
        new WatchStream(channel, _requests, _replies, query, NewestRevisionAsync).ReadAsync(cancellationToken);

    public async ValueTask<KvLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken)
    {
        var request = new LeaseGrantRequest { TTL = OptionRules.TtlSeconds(ttl) };
        return await channel.CallAsync(
            EtcdMethods.LeaseGrant,
            MessageFrame.Of(request),
            static (_, reply) =>
            {
                var granted = LeaseGrantResponse.Parser.ParseFrom(reply.Span);
                return new KvLease(granted.ID, ServerTime.Seconds(granted.TTL)) { History = reply.History };
            },
            0,
            null,
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<KvLease> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken)
    {
        // A separate stream for each renewal costs the server no more than a unary call, and leaves nothing open in between.
        var stream = await channel.OpenStreamAsync(
            EtcdMethods.LeaseKeepAlive, MessageFrame.Of(new LeaseKeepAliveRequest { ID = leaseId }), null, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var bytes = await stream.ReadAsync().ConfigureAwait(false);
        var reply = stream.Parse(bytes, static bytes => LeaseKeepAliveResponse.Parser.ParseFrom(bytes.Span));
        return reply.TTL > 0
            ? new KvLease(leaseId, ServerTime.Seconds(reply.TTL)) { History = stream.HistoryOf(bytes) }
            : throw new KvLeaseNotFoundException(leaseId, info.Address);
    }

    public async ValueTask RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken)
    {
        try
        {
            await channel.CallMessageAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { ID = leaseId }, LeaseRevokeResponse.Parser, cancellationToken).ConfigureAwait(false);
        }
        catch (KvLeaseNotFoundException)
        {
            throw new KvLeaseNotFoundException(leaseId, info.Address);
        }
    }

    public async ValueTask<KvLease> GetLeaseAsync(long leaseId, CancellationToken cancellationToken)
    {
        var request = new LeaseTimeToLiveRequest { ID = leaseId, Keys = true };
        var reply = await channel.CallMessageAsync(EtcdMethods.LeaseTimeToLive, request, LeaseTimeToLiveResponse.Parser, cancellationToken).ConfigureAwait(false);
        return reply.TTL >= 0
            ? new KvLease(leaseId, TimeSpan.FromSeconds(reply.GrantedTTL)) { Remaining = TimeSpan.FromSeconds(reply.TTL), Keys = _replies.Keys(reply.Keys) }
            : throw new KvLeaseNotFoundException(leaseId, info.Address);
    }

    public async ValueTask<IReadOnlyList<long>> ListLeaseIdsAsync(CancellationToken cancellationToken)
    {
        var reply = await channel.CallMessageAsync(EtcdMethods.LeaseLeases, new LeaseLeasesRequest(), LeaseLeasesResponse.Parser, cancellationToken).ConfigureAwait(false);
        return [.. reply.Leases.Select(l => l.ID)];
    }

    public TCapability? CapabilityOf<TCapability>() where TCapability : class =>
        _calls as TCapability ?? EtcdCapabilities.Make<TCapability>(_calls, Info);

    public ValueTask<KvSnapshot> SaveSnapshotAsync(Stream destination, KvSnapshotOptions options, CancellationToken cancellationToken) =>
        (EtcdCapabilities.Make<IKvSnapshots>(_calls, Info) ?? throw new KvNotSupportedException("snapshots", Info)).SaveSnapshotAsync(destination, options, cancellationToken);

    public IAsyncEnumerable<KvEvent> HistoryAsync(string key, bool sinceCreation, CancellationToken cancellationToken) =>
        KeyHistory.ReadAsync(this, new KeyReplay(channel, _requests, _replies), key, sinceCreation, cancellationToken);

    public ValueTask DisposeAsync() => channel.DisposeAsync();

    private async ValueTask<KvPage> WholeAsync(KvRangeQuery query, CancellationToken cancellationToken)
    {
        var opened = await RangeStream.TryOpenAsync(channel, _requests, _replies, query, PageAsync, Changed, cancellationToken).ConfigureAwait(false);
        return opened is null
            ? await PageAsync(query, cancellationToken).ConfigureAwait(false)
            : await opened.ReadAsync().ConfigureAwait(false);
    }

    private async ValueTask<KvPage> PageAsync(KvRangeQuery query, CancellationToken cancellationToken)
    {
        var limit = query.Limit;
        while (true)
        {
            var page = limit == query.Limit ? query : query with { Limit = limit };
            var asked = _requests.KeysOf(page);
            try
            {
                var call = channel.CallAsync(
                    EtcdMethods.Range,
                    Requests.Range(page, asked),
                    static (state, reply) => state._replies.Page(reply, state.asked, state.KeysOnly),
                    (_replies, asked, page.KeysOnly),
                    query.Range.Text,
                    cancellationToken);
                var answer = await NamingRevision(call, query.Revision, query.Range.Text).ConfigureAwait(false);
                if (query.History == 0 || query.History == answer.History)
                {
                    return answer;
                }

                answer.Dispose();
                throw Changed(query);
            }
            catch (KvException e) when (e.Code == KvErrorCode.QuotaExceeded && limit >= SmallestLimitWorthHalving)
            {
                // The page exceeded the limit, because its values are larger than earlier ones: request fewer pairs.
                limit /= 2;
            }
            catch (KvInvalidArgumentException) when (query is { Serializable: true, Revision: > 0 })
            {
                // Members are called in turn, and one that lags behind does not have the revision of another's page yet. The majority has it.
                query = query with { Serializable = false };
            }
            catch (KvInvalidArgumentException) when (query is { History: not 0, Revision: > 0 })
            {
                // A page of that revision existed before, but now the revision is in the future.
                throw Changed(query);
            }
        }
    }

    private KvHistoryChangedException Changed(KvRangeQuery query) =>
        HistoryErrors.Changed($"The reading of {query.Range}", query.Range.Text, info.Address);

    /// <summary>Reads the store's newest revision, as the majority knows it, in the history of a watch.</summary>
    private async ValueTask<long> NewestRevisionAsync(KvRange range, long history, CancellationToken cancellationToken)
    {
        // Any key of the range, because a user who may watch the range may read it; counting all of them would cost the server more.
        var key = KvRange.Key(range.Start.Length > 0 ? range.Start : "-");
        using var page = await RangeAsync(new KvRangeQuery(key) { CountOnly = true, History = history }, cancellationToken).ConfigureAwait(false);
        return page.Revision;
    }

    // The server does not name the missing revision; the caller knows it.
    private static async ValueTask<T> NamingRevision<T>(ValueTask<T> call, long? revision, string key)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (KvCompactedException e)
        {
            throw new KvCompactedException(revision ?? 0, null, e.Endpoint, key);
        }
    }

    // The key of a transaction, for errors, is one that it puts, otherwise one of its conditions, otherwise one that it removes or reads.
    private static string? KeyOf(KvTransaction transaction) =>
        transaction.Then.OfType<KvOperation.Put>().LastOrDefault()?.Key
        ?? (transaction.If.Count > 0 ? transaction.If[0].Range.Text : null)
        ?? transaction.Then.Concat(transaction.Else).Select(KeyOf).FirstOrDefault();

    private static List<long> LeasesOf(KvTransaction transaction) =>
        [.. transaction.Then.Concat(transaction.Else).OfType<KvOperation.Put>().Select(p => p.LeaseId).OfType<long>().Distinct()];

    private static string? KeyOf(KvOperation operation) => operation switch
    {
        KvOperation.Put put => put.Key,
        KvOperation.Delete delete => delete.Range.Text,
        KvOperation.Read read => read.Range.Text,
        _ => null,
    };

    private ValueTask<KvPair?> SingleAsync(string key, KvReadOptions options, CancellationToken cancellationToken) => channel.CallAsync(
        EtcdMethods.Range, _requests.Get(key, options), static (state, reply) => state._replies.Single(reply.Span, state.key), (_replies, key), key, cancellationToken);

    private async ValueTask<KvPair?> AtRevisionAsync(string key, KvReadOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await NamingRevision(SingleAsync(key, options, cancellationToken), options.Revision, key).ConfigureAwait(false);
        }
        catch (KvInvalidArgumentException) when (options.Serializable)
        {
            // As in RangeAsync.
            return await NamingRevision(SingleAsync(key, options with { Serializable = false }, cancellationToken), options.Revision, key).ConfigureAwait(false);
        }
    }
}
