using Valkeyrie.Engine;
using Valkeyrie.ZooKeeper.Elections;
using Valkeyrie.ZooKeeper.Keys;
using Valkeyrie.ZooKeeper.Locks;
using Valkeyrie.ZooKeeper.Members;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;
using Valkeyrie.ZooKeeper.Watches;

namespace Valkeyrie.ZooKeeper;

/// <summary>The store on ZooKeeper.</summary>
/// <remarks>
/// <para>A key is a node; its revision is the transaction that last wrote the node's data (mzxid). A node without data, such as this store creates above its
/// keys, is not a pair; a node with empty data is. Nodes with data from other clients are pairs, even if they have children.</para>
/// <para>Note that listings are not at one revision, that a large tree is removed in several steps, and that changes of a key that follow each other quickly
/// can merge in a watch. A conditional write reads the node and writes at its version. It does not notice if another client removes and creates the key again
/// in between, with the same number of writes.</para>
/// </remarks>
internal sealed class ZooKeeperKeyStore : IKvStore, IKvDirectories, IKvElections, IKvEndpoints
{
    private static readonly KvPutOptions Plain = new();
    private static readonly KvReadOptions Newest = new();
    private static readonly KvListOptions Everything = new();
    private static readonly KvWatchOptions FromNow = new();
    private static readonly KvLockOptions PlainLock = new();
    private static readonly KvEntryOptions OneLevel = new();

    private readonly SessionPool _pool;
    private readonly KvStoreInfo _info;
    private readonly OpenAccess _openAccess;
    private readonly Nodes _nodes;
    private readonly Writes _writes;
    private readonly Trees _trees;
    private readonly SequenceLine _line;
    private readonly SequenceMutex _mutex;
    private readonly LineElections _elections;
    private readonly StoreLifetime _lifetime;

    public ZooKeeperKeyStore(SessionPool pool, NodePaths paths, IReadOnlyList<AccessEntry> access, KvStoreInfo info)
    {
        _pool = pool;
        _info = info;
        _lifetime = new StoreLifetime(info.Address);
        _openAccess = new OpenAccess(pool.Settings, access);
        _nodes = new Nodes(pool, paths, access, info);
        _writes = new Writes(_nodes);
        _trees = new Trees(_nodes);
        _line = new SequenceLine(_nodes);
        _mutex = new SequenceMutex(_nodes, _line);
        _elections = new LineElections(new SequenceLines(_nodes, _line));
    }

    /// <summary>The promises of the store.</summary>
    public static KvPromises Promises { get; } = new()
    {
        EveryChange = false,
        ListingAtOneRevision = false,
        TreesRemovedAtOnce = false,
        History = false,
        Transactions = false,
        RangeConditions = false,
        LargestTransaction = 0,
        Leases = false,
        Elections = true,
        Versions = false,
        LocksInOrder = true,
        BinaryValues = true,
        KeysAsWritten = false,
        KeysOfAnyText = false,
        KeysOfAnyBytes = false,
        ValuesOnDirectories = true,
        RealDirectories = false,

        // The shortest timeout of a session: two ticks.
        ShortestTtlSeconds = 4,
        ShortestTtlSetting = "minSessionTimeout",

        LargestValue = SessionConnection.LongestRequest,
        LargestValueSetting = "jute.maxbuffer",
    };

    // An explicit implementation, so that serializing the object a few levels deep does not reach its internals.
    KvStoreInfo IKvStore.Info => _info;

    public async ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        var status = await new MemberChecks(_pool, _info).PingAsync(cancellationToken).ConfigureAwait(false);
        return status with { Warning = await _openAccess.WarningAsync(cancellationToken).ConfigureAwait(false) };
    }

    public IAsyncEnumerable<KvEndpointStatus> CheckEndpointsAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        return new MemberChecks(_pool, _info).CheckAllAsync(OptionRules.CheckEndpointTimeout(timeout) ?? _pool.Settings.Timeout, cancellationToken);
    }

    public ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions? options = null, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        return _writes.PutAsync(key, value, options ?? Plain, cancellationToken);
    }

    public async ValueTask<KvPair?> TryGetAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default) =>
        await ReadAsync(key, options, cancellationToken).ConfigureAwait(false) is { Bytes: { } bytes, Stat: var stat } ? Nodes.PairOf(key, bytes, stat) : null;

    public async ValueTask<bool> ExistsAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        options ??= Newest;
        var path = _nodes.Paths.PathOf(key);
        CheckRead(options);
        var reply = await _nodes.CallAsync(new ExistsRequest(path, !options.Serializable), key, cancellationToken).ConfigureAwait(false);
        return reply.Error switch
        {
            ErrorCode.NoNode => false,

            // Without data, only a read shows whether the data is empty or missing.
            ErrorCode.Ok => reply.Value.DataLength > 0 || await ReadAsync(key, options, cancellationToken).ConfigureAwait(false) is { Bytes: not null },
            _ => throw _nodes.Refusal(reply.Error, key),
        };
    }

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
        OptionRules.RefuseOlderRevision(options, _info, "ZooKeeper keeps no history");
        return options.Descending
            ? LastPairs.ListAsync(options, _info, ascending => _trees.ListAsync(range, ascending, cancellationToken), cancellationToken)
            : _trees.ListAsync(range, options, cancellationToken);
    }

    public ValueTask<long> CountAsync(KvRange range, KvReadOptions? options = null, CancellationToken cancellationToken = default) =>
        ListedCount.OfAsync(this, range, options ?? Newest, cancellationToken);

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

    public IAsyncEnumerable<KvEvent> WatchAsync(string key, KvWatchOptions? options = null, CancellationToken cancellationToken = default) =>
        WatchTreeAsync(KvRange.Key(key), options, cancellationToken);

    public IAsyncEnumerable<KvEvent> WatchTreeAsync(KvRange range, KvWatchOptions? options = null, CancellationToken cancellationToken = default) =>
        _lifetime.ReadAsync(
            token =>
            {
                ArgumentNullException.ThrowIfNull(range);
                var watch = options ?? FromNow;
                OptionRules.CheckWatch(watch);
                return ComparedWatch.ReadAsync(new NodeObserver(_nodes, _nodes.Paths.RangeOf(range), watch), range, watch, _info.Address, token);
            },
            cancellationToken);

    public ValueTask<KvLock> LockAsync(string key, KvLockOptions? options = null, CancellationToken cancellationToken = default) =>
        _lifetime.CallAsync(
            token =>
            {
                options ??= PlainLock;
                OptionRules.RequireForm(key, options, _info, KvLockForm.Beside);
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
        if (path.Length == 0)
        {
            return await _trees.IsDirectoryAsync(KvRange.Directory("/"), cancellationToken).ConfigureAwait(false) ? new KvEntry(path, null, IsDirectory: true) : null;
        }

        var node = await ReadAsync(path, null, cancellationToken).ConfigureAwait(false);
        if (node is null)
        {
            return null;
        }

        var pair = node.Bytes is null ? null : Nodes.PairOf(path, (options ?? OneLevel).KeysOnly ? null : node.Bytes, node.Stat);
        var isDirectory = node.Stat.ChildCount > 0 && await _trees.IsDirectoryAsync(KvRange.Directory(path), cancellationToken).ConfigureAwait(false);
        return pair is null && !isDirectory ? null : new KvEntry(path, pair, isDirectory);
    }

    public IAsyncEnumerable<KvEntry> ListEntriesAsync(KvRange directory, KvEntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _lifetime.ThrowIfClosed();
        return _trees.ListEntriesAsync(directory, options ?? OneLevel, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!await _lifetime.TryCloseAsync().ConfigureAwait(false))
        {
            return;
        }

        _nodes.Kept.Close();
        await Task.WhenAll(_mutex.DisposeAsync().AsTask(), _elections.DisposeAsync().AsTask()).ConfigureAwait(false);
        await _line.DisposeAsync().ConfigureAwait(false);
        await _pool.DisposeAsync().ConfigureAwait(false);
    }

    private ValueTask<NodeData?> ReadAsync(string key, KvReadOptions? options, CancellationToken cancellationToken)
    {
        _lifetime.ThrowIfClosed();
        options ??= Newest;
        var path = _nodes.Paths.PathOf(key);
        CheckRead(options);
        return _nodes.ReadAsync(path, key, options.Serializable, cancellationToken);
    }

    private void CheckRead(KvReadOptions options)
    {
        OptionRules.CheckRead(options);
        OptionRules.RefuseOlderRevision(options, _info, "ZooKeeper keeps no history");
    }
}
