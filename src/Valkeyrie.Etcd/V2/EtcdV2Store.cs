using System.Runtime.CompilerServices;

namespace Valkeyrie.Etcd.V2;

/// <summary>The store on etcd's API 2, the HTTP keys API of etcd 2.0 to 3.5.</summary>
/// <remarks>A revision is the server's index. Note that directories are real, so a path is either a value or a directory; that values must be text; that each
/// renewal changes a key's revision; and that only the last 1000 changes are kept.</remarks>
internal sealed class EtcdV2Store : IKvStore, IKvDirectories, IKvEndpoints
{
    private static readonly KvPutOptions Plain = new();
    private static readonly KvReadOptions Newest = new();
    private static readonly KvListOptions Everything = new();
    private static readonly KvWatchOptions FromNow = new();
    private static readonly KvLockOptions PlainLock = new();
    private static readonly KvEntryOptions OneLevel = new();

    private readonly KeysChannel _channel;
    private readonly KeyPaths _paths;
    private readonly Writes _writes;
    private readonly Trees _trees;
    private readonly RenewedKeys _renewedKeys;
    private readonly KeyMutex _mutex;
    private readonly StoreLifetime _lifetime;

    public EtcdV2Store(KeysChannel channel, KeyPaths paths)
    {
        _channel = channel;
        _paths = paths;
        _lifetime = new StoreLifetime(channel.Info.Address);
        _renewedKeys = new RenewedKeys(channel);
        _writes = new Writes(channel, paths, _renewedKeys);
        _trees = new Trees(channel, paths);
        _mutex = new KeyMutex(channel, paths, _renewedKeys);
    }

    /// <summary>The promises of the store.</summary>
    public static KvPromises Promises { get; } = new()
    {
        EveryChange = true,
        ListingAtOneRevision = true,
        TreesRemovedAtOnce = true,
        History = false,
        Transactions = false,
        RangeConditions = false,
        LargestTransaction = 0,
        Leases = false,
        Versions = false,
        LocksInOrder = false,
        BinaryValues = false,
        KeysAsWritten = false,
        KeysOfAnyText = true,
        KeysOfAnyBytes = false,
        ValuesOnDirectories = false,
        RealDirectories = true,
        ShortestTtlSeconds = 1,

        // The limit of a form in Go's HTTP server.
        LargestValue = 10 << 20,
    };

    // An explicit implementation, as in RevisionedStore.
    KvStoreInfo IKvStore.Info => Info;

    private KvStoreInfo Info => _channel.Info;

    public ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        return _channel.StatusAsync(_paths.TreeOf(KvRange.All).Path, cancellationToken);
    }

    public IAsyncEnumerable<KvEndpointStatus> CheckEndpointsAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        var path = _paths.TreeOf(KvRange.All).Path;
        return new MemberChecks(_channel, path).CheckAllAsync(OptionRules.CheckEndpointTimeout(timeout) ?? _channel.Timeout, cancellationToken);
    }

    public ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions? options = null, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        return _writes.PutAsync(key, value, options ?? Plain, cancellationToken);
    }

    public async ValueTask<KvPair?> TryGetAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default) =>
        await ReadAsync(key, options, cancellationToken).ConfigureAwait(false) is { IsDirectory: false } node ? node.ToPair(key) : null;

    public async ValueTask<KvPair> GetAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default) =>
        await ReadAsync(key, options, cancellationToken).ConfigureAwait(false) switch
        {
            null => throw new KvKeyNotFoundException(key, Info.Address),
            { IsDirectory: true } => throw KeysErrors.IsDirectory(key, Info),
            var node => node.ToPair(key),
        };

    // The API has no linearizable read without the value.
    public async ValueTask<bool> ExistsAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default) =>
        await ReadAsync(key, options, cancellationToken).ConfigureAwait(false) is { IsDirectory: false };

    public async ValueTask<bool> TryDeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        return await _writes.DeleteAsync(key, cancellationToken).ConfigureAwait(false) is null;
    }

    public async ValueTask DeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        if (await _writes.DeleteAsync(key, cancellationToken).ConfigureAwait(false) is { } refused)
        {
            throw refused == KeysErrorCode.NotFile ? KeysErrors.IsDirectory(key, Info) : new KvKeyNotFoundException(key, Info.Address);
        }
    }

    public async IAsyncEnumerable<KvPair> ListAsync(
        KvRange range, KvListOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        _lifetime.ThrowIfClosed();
        options ??= Everything;
        OptionRules.CheckList(options);
        OptionRules.RefuseOlderRevision(options, Info, "API 2 keeps no history");

        var pairs = options.Descending
            ? LastPairs.ListAsync(options, Info, ascending => _trees.ListAsync(range, ascending, cancellationToken), cancellationToken)
            : _trees.ListAsync(range, options, cancellationToken);
        await foreach (var pair in pairs.ConfigureAwait(false))
        {
            yield return pair;
        }
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
                return Watch.ReadAsync(_channel, _paths.TreeOf(range), watch, token);
            },
            cancellationToken);

    public ValueTask<KvLock> LockAsync(string key, KvLockOptions? options = null, CancellationToken cancellationToken = default) =>
        _lifetime.CallAsync(
            token =>
            {
                options ??= PlainLock;
                OptionRules.RequireForm(key, options, Info, KvLockForm.Beside);
                return _mutex.LockAsync(key, options, token);
            },
            cancellationToken);

    public async ValueTask<KvEntry?> TryGetEntryAsync(string path, KvEntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        _lifetime.ThrowIfClosed();
        return path.Length == 0 ? new KvEntry(path, null, IsDirectory: true) : await ReadAsync(path, null, cancellationToken).ConfigureAwait(false) switch
        {
            null => null,
            { IsDirectory: true } => new KvEntry(path, null, IsDirectory: true),
            var node => new KvEntry(path, node.ToPair(path, options?.KeysOnly ?? false), IsDirectory: false),
        };
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

        await _mutex.DisposeAsync().ConfigureAwait(false);
        await _renewedKeys.DisposeAsync().ConfigureAwait(false);
        await _channel.DisposeAsync().ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<KeysNode?> ReadAsync(string key, KvReadOptions? options, CancellationToken cancellationToken)
    {
        _lifetime.ThrowIfClosed();
        options ??= Newest;
        var path = _paths.PathOf(key);
        OptionRules.CheckRead(options);
        OptionRules.RefuseOlderRevision(options, Info, "API 2 keeps no history");
        var reply = await _channel.CallAsync(Requests.Get(path, key, options.Serializable), cancellationToken).ConfigureAwait(false);
        return reply.Error?.ErrorCode switch
        {
            null when reply.Node is { IsDirectory: false } node && node.Path != path => throw KeysErrors.OfOtherKey(reply, key),
            null => reply.Node ?? throw KeysErrors.WithoutNode(reply, key),
            KeysErrorCode.KeyNotFound or KeysErrorCode.NotDirectory => null,
            _ => throw KeysErrors.Of(reply.Error, key, _paths, Info),
        };
    }
}
