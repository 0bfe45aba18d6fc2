using Valkeyrie.Consul.Calls;
using Valkeyrie.Consul.Elections;
using Valkeyrie.Consul.Keys;
using Valkeyrie.Consul.Locks;
using Valkeyrie.Consul.Sessions;
using Valkeyrie.Consul.Transactions;
using Valkeyrie.Consul.Watches;
using Valkeyrie.Engine;

namespace Valkeyrie.Consul;

/// <summary>Consul's key/value store, through its HTTP API of Consul 1.8 and newer.</summary>
/// <remarks>A revision is the server's ModifyIndex. Note that a watch compares states, so changes of a key that follow each other quickly can merge, and that a
/// key with a time to live can live for up to twice that time.</remarks>
internal sealed class ConsulKeyStore : IKvStore, IKvTransactions, IKvDirectories, IKvElections, IKvEndpoints
{
    private static readonly KvPutOptions Plain = new();
    private static readonly KvReadOptions Newest = new();
    private static readonly KvListOptions Everything = new();
    private static readonly KvWatchOptions FromNow = new();
    private static readonly KvLockOptions PlainLock = new();
    private static readonly KvEntryOptions OneLevel = new();

    private readonly ConsulApi _api;
    private readonly KvStoreInfo _info;
    private readonly KeyPlaces _places;
    private readonly Pairs _pairs;
    private readonly Writes _writes;
    private readonly Trees _trees;
    private readonly Levels _levels;
    private readonly GuardedTransactions _transactions;
    private readonly LeaseRenewer _renewer;
    private readonly RenewedSessions _sessions;
    private readonly SessionMutex _mutex;
    private readonly LineElections _elections;
    private readonly StoreLifetime _lifetime;

    public ConsulKeyStore(ConsulApi api, KvStoreInfo info)
    {
        _api = api;
        _info = info;
        _places = new KeyPlaces(info.Namespace);
        _lifetime = new StoreLifetime(info.Address);
        var leases = new SessionLeases(api, _places, info);
        _renewer = new LeaseRenewer(leases);
        _pairs = new Pairs(_places, leases);
        _writes = new Writes(api, _places, leases, _renewer, info);
        _trees = new Trees(api, _places, _pairs, info);
        _levels = new Levels(api, _places, _pairs, _trees);
        _transactions = new GuardedTransactions(api, _places, _pairs, leases, info);
        _sessions = new RenewedSessions(leases, _renewer);
        _mutex = new SessionMutex(api, _places, leases, _sessions);
        _elections = new LineElections(new SessionLines(api, _places, _pairs, _trees, leases, _sessions));
    }

    /// <summary>The promises of the store.</summary>
    public static KvPromises Promises { get; } = new()
    {
        EveryChange = false,
        ListingAtOneRevision = true,
        TreesRemovedAtOnce = true,
        History = false,
        Transactions = true,
        LargestTransaction = 64,
        RangeConditions = false,
        Leases = false,
        Elections = true,
        Versions = false,
        LocksInOrder = false,
        BinaryValues = true,
        KeysAsWritten = true,
        KeysOfAnyText = true,
        KeysOfAnyBytes = false,
        ValuesOnDirectories = true,
        RealDirectories = false,
        ShortestTtlSeconds = 10,
        ShortestTtlSetting = "session_ttl_min",
        LargestValue = 512 << 10,
        LargestValueSetting = "limits.kv_max_value_size",
    };

    // An explicit implementation, so that serializing the object a few levels deep does not reach its internals.
    KvStoreInfo IKvStore.Info => _info;

    public async ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        var (endpoint, index, agent) = await _api.StatusAsync(null, _places.Unused(), _api.Timeout, cancellationToken).ConfigureAwait(false);
        return new KvServerStatus(endpoint.Name, agent?.Config?.Version ?? "", index);
    }

    public IAsyncEnumerable<KvEndpointStatus> CheckEndpointsAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        return new AgentChecks(_api, _places.Unused()).CheckAllAsync(OptionRules.CheckEndpointTimeout(timeout) ?? _api.Timeout, cancellationToken);
    }

    public ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions? options = null, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        return _writes.PutAsync(key, value, options ?? Plain, cancellationToken);
    }

    public async ValueTask<KvPair?> TryGetAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default) =>
        await ReadAsync(key, options, cancellationToken).ConfigureAwait(false) is { } entry ? await _pairs.OfAsync(entry, keyOnly: false, cancellationToken).ConfigureAwait(false) : null;

    // The API cannot read one key without its value.
    public async ValueTask<bool> ExistsAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default) =>
        await ReadAsync(key, options, cancellationToken).ConfigureAwait(false) is not null;

    public ValueTask<bool> TryDeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        return _writes.DeleteAsync(key, cancellationToken);
    }

    public IAsyncEnumerable<KvPair> ListAsync(KvRange range, KvListOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        _lifetime.ThrowIfClosed();
        options ??= Everything;
        OptionRules.CheckList(options);
        OptionRules.RefuseOlderRevision(options, _info, "Consul keeps no history");
        return options.Descending
            ? LastPairs.ListAsync(options, _info, ascending => _trees.ListAsync(range, ascending, cancellationToken), cancellationToken)
            : _trees.ListAsync(range, options, cancellationToken);
    }

    public ValueTask<long> CountAsync(KvRange range, KvReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        _lifetime.ThrowIfClosed();
        options ??= Newest;
        CheckRead(options);
        return _trees.CountAsync(range, options.Serializable, cancellationToken);
    }

    public ValueTask<long> TryDeleteTreeAsync(KvRange range, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        _lifetime.ThrowIfClosed();
        return _trees.DeleteAsync(range, cancellationToken);
    }

    public ValueTask<KvWriteResult> TryAtomicPutAsync(
        string key, ReadOnlyMemory<byte> value, long revision, KvPutOptions? options = null, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        return _writes.AtomicPutAsync(key, value, revision, options ?? Plain, cancellationToken);
    }

    public ValueTask<KvWriteResult> TryAtomicDeleteAsync(string key, long revision, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        return _writes.AtomicDeleteAsync(key, revision, cancellationToken);
    }

    public ValueTask<KvTransactionResult> CommitAsync(KvTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        _lifetime.ThrowIfClosed();
        TransactionRules.Check(transaction);
        return _transactions.CommitAsync(transaction, cancellationToken);
    }

    public IAsyncEnumerable<KvEvent> WatchAsync(string key, KvWatchOptions? options = null, CancellationToken cancellationToken = default) =>
        WatchTreeAsync(KvRange.Key(key), options, cancellationToken);

    public IAsyncEnumerable<KvEvent> WatchTreeAsync(KvRange range, KvWatchOptions? options = null, CancellationToken cancellationToken = default) =>
        _lifetime.ReadAsync(
            token =>
            {
                ArgumentNullException.ThrowIfNull(range);
                var watch = options ?? FromNow;
                OptionRules.CheckWatch(watch);
                return ComparedWatch.ReadAsync(new RangeObserver(_api, _places, _pairs, range, _info), range, watch, _info.Address, token);
            },
            cancellationToken);

    public ValueTask<KvLock> LockAsync(string key, KvLockOptions? options = null, CancellationToken cancellationToken = default) =>
        _lifetime.CallAsync(
            token =>
            {
                options ??= PlainLock;
                OptionRules.RequireForm(key, options, _info, KvLockForm.Beside, KvLockForm.ConsulLock);
                return _mutex.LockAsync(key, options, token);
            },
            cancellationToken);

    public ValueTask<KvLeadership> CampaignAsync(
        string name, ReadOnlyMemory<byte> value, KvCampaignOptions? options = null, CancellationToken cancellationToken = default) =>
        _lifetime.CallAsync(token => _elections.CampaignAsync(name, value, options, token), cancellationToken);

    public ValueTask<KvElection?> TryGetElectionAsync(string name, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        return _elections.TryGetElectionAsync(name, cancellationToken);
    }

    public IAsyncEnumerable<KvElection> ListElectionsAsync(KvRange range, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        return _elections.ListElectionsAsync(range, cancellationToken);
    }

    public IAsyncEnumerable<KvElectionEvent> WatchElectionAsync(string name, CancellationToken cancellationToken = default) =>
        _lifetime.ReadAsync(token => _elections.WatchElectionAsync(name, token), cancellationToken);

    public bool IsContender(KvPair pair) => _elections.IsContender(pair);

    public async ValueTask<KvEntry?> TryGetEntryAsync(string path, KvEntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        _lifetime.ThrowIfClosed();

        // Both reads run concurrently.
        var listing = _trees.HasPairAsync(KvRange.Below(path), cancellationToken).AsTask();
        var reading = path.Length == 0 ? null : ReadPairAsync(path, (options ?? OneLevel).KeysOnly, cancellationToken);
        var entry = await EntryHalves.JoinAsync(path, reading, listing).ConfigureAwait(false);
        if (entry is null && reading is not null)
        {
            // The server omits keys without a read permission from listings, so an empty one proves nothing in that case.
            await reading.ConfigureAwait(false);
        }

        return entry;
    }

    public IAsyncEnumerable<KvEntry> ListEntriesAsync(KvRange directory, KvEntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _lifetime.ThrowIfClosed();
        options ??= OneLevel;
        return options.Depth == 0 && KeyPlaces.PathOf(_places.StoredOf(directory)) is { } path
            ? _levels.ListAsync(directory, path, options, cancellationToken)
            : _trees.ListEntriesAsync(directory, options, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!await _lifetime.TryCloseAsync().ConfigureAwait(false))
        {
            return;
        }

        await Task.WhenAll(_mutex.DisposeAsync().AsTask(), _elections.DisposeAsync().AsTask()).ConfigureAwait(false);
        await _sessions.DisposeAsync().ConfigureAwait(false);
        await _renewer.DisposeAsync().ConfigureAwait(false);
        await _api.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<KvPair?> ReadPairAsync(string key, bool keysOnly, CancellationToken cancellationToken) =>
        await ReadAsync(key, null, cancellationToken).ConfigureAwait(false) is { } entry ? await _pairs.OfAsync(entry, keysOnly, cancellationToken).ConfigureAwait(false) : null;

    private ValueTask<ConsulEntry?> ReadAsync(string key, KvReadOptions? options, CancellationToken cancellationToken)
    {
        _lifetime.ThrowIfClosed();
        options ??= Newest;
        CheckRead(options);
        return _api.GetAsync(_places.StoredOf(key), key, options.Serializable, cancellationToken);
    }

    private void CheckRead(KvReadOptions options)
    {
        OptionRules.CheckRead(options);
        OptionRules.RefuseOlderRevision(options, _info, "Consul keeps no history");
    }
}
