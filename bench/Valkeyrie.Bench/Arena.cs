using Google.Protobuf;
using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;
using Valkeyrie.Etcd;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Bench;

/// <summary>One server and its clients.</summary>
internal sealed class Arena : IAsyncDisposable
{
    // Far above the total of all rows.
    private const string QuotaBytes = "8000000000";

    // One removal holds no more than this, see ClearAsync.
    private const int RemovedAtOnce = 1000;

    // etcd allows 128 operations in one transaction.
    private const int PutsPerTransaction = 128;

    private readonly Lazy<IKvStore> _store;
    private readonly EtcdServer? _server;
    private readonly Lazy<IReadOnlyList<Peer>> _peers;
    private ArenaV2? _v2;
    private ArenaConsul? _consul;
    private ArenaZooKeeper? _zooKeeper;

    /// <summary>Connects to a running server.</summary>
    public Arena(string endpoint, BenchOptions options, bool hasEtcdctl = false, EtcdServer? server = null)
    {
        _server = server;
        EtcdStore.Register();
        Endpoint = endpoint;
        Options = options;
        Bare = new BareClient(endpoint);
        _store = new(() => KvStore.Open($"etcd://{endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromMinutes(1) }));
        GoClient = options.Contenders.Contains(Contenders.GoClient.Name) ? GoClient.Find(endpoint) : null;
        _peers = new(() =>
        [
            .. options.Contenders.Contains(DotnetEtcd.PeerName) ? [new DotnetEtcd(endpoint)] : Array.Empty<Peer>(),
            .. options.Contenders.Contains(LeanGrpc.PeerName) ? [new LeanGrpc(endpoint)] : Array.Empty<Peer>(),
        ]);
        Etcdctl = hasEtcdctl && options.Contenders.Contains("etcdctl") ? new Etcdctl(options.Etcdctl, endpoint) : null;
    }

    /// <summary>A folder in memory, because the speed of a disk would hide the measured one; null if the machine has none.</summary>
    public static string? MemoryDisk { get; } = Directory.Exists("/dev/shm") ? "/dev/shm" : null;

    public string Endpoint { get; }

    public BenchOptions Options { get; }

    public BareClient Bare { get; }

    public IKvStore Store => _store.Value;

    /// <summary>Null if it is not installed or does not take part.</summary>
    public Etcdctl? Etcdctl { get; }

    /// <summary>Null if it is not installed or does not take part.</summary>
    public GoClient? GoClient { get; }

    /// <summary>A ready-made client of this server.</summary>
    public Peer PeerNamed(string name) => _peers.Value.First(peer => peer.Name == name);

    /// <summary>Starts a private server, on a memory disk if the machine has one.</summary>
    public static async Task<Arena> OpenAsync(BenchOptions options)
    {
        var server = await EtcdServer.StartAsync(options.Etcd, MemoryDisk, ["--quota-backend-bytes", QuotaBytes]);
        return new Arena(server.Endpoint, options, await Contenders.Etcdctl.FindVersionAsync(options.Etcdctl) is not null, server);
    }

    /// <summary>The server for APIv2, started when a row first needs it.</summary>
    public async Task<ArenaV2> V2Async() => _v2 ??= await ArenaV2.StartAsync(Options.Etcd, MemoryDisk);

    /// <summary>A Consul, started when a row first needs it.</summary>
    public async Task<ArenaConsul> ConsulAsync() => _consul ??= await ArenaConsul.StartAsync();

    /// <summary>A ZooKeeper, started when a row first needs it.</summary>
    public async Task<ArenaZooKeeper> ZooKeeperAsync() => _zooKeeper ??= await ArenaZooKeeper.StartAsync();

    /// <summary>Selects the contenders that take part.</summary>
    /// <param name="floor">The bare loop, to which the others are compared.</param>
    /// <param name="store">The store.</param>
    /// <param name="peer">Creates a contender from a ready-made client; null if none can do the work.</param>
    /// <param name="go">Creates a contender from etcd's Go client; null if it cannot do the work.</param>
    /// <param name="etcdctl">Processes of etcdctl; null if they cannot do the work.</param>
    public IReadOnlyList<Contender> Select(
        Contender floor, Contender store, Func<Peer, Contender>? peer = null, Func<GoClient, Contender>? go = null, Contender? etcdctl = null) =>
    [
        .. Options.Contenders.Contains("floor") ? [floor] : Array.Empty<Contender>(),
        .. Options.Contenders.Contains("store") ? [store] : Array.Empty<Contender>(),
        .. peer is null ? [] : _peers.Value.Select(peer),
        .. go is not null && GoClient is { } client ? [go(client)] : Array.Empty<Contender>(),
        .. etcdctl is not null && Etcdctl is not null ? [etcdctl] : Array.Empty<Contender>(),
    ];

    /// <summary>Gets the key of a number. All keys have one length and are in the order of their numbers.</summary>
    public static string KeyOf(string directory, long number) => $"{directory}/{number:D8}";

    /// <summary>Creates a value of the specified size.</summary>
    public static byte[] Value(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)('a' + i % 26))];

    /// <summary>Writes keys of consecutive numbers, many per transaction.</summary>
    public async Task FillAsync(string directory, long from, long to, int valueSize)
    {
        var value = ByteString.CopyFrom(Value(valueSize));
        var transactions = (to - from + PutsPerTransaction - 1) / PutsPerTransaction;
        await InFlight.RunAsync(4, transactions, async i =>
        {
            var first = from + i * PutsPerTransaction;
            var transaction = new TxnRequest();
            for (var number = first; number < Math.Min(first + PutsPerTransaction, to); number++)
            {
                var put = new PutRequest { Key = ByteString.CopyFromUtf8(KeyOf(directory, number)), Value = value };
                transaction.Success.Add(new RequestOp { RequestPut = put });
            }

            await Bare.CallAsync(BareClient.Txn, BareClient.Frame(transaction));
        });
    }

    /// <summary>Removes a directory, some keys at a time.</summary>
    /// <remarks>etcd 3.4 keeps a buffer as large as its largest commit, and copies all of it for each transaction that writes. After the removal of 100,000 keys at once
    /// every transaction takes it several times as long until it restarts, and the next sample would measure that.</remarks>
    public async Task ClearAsync(string directory)
    {
        for (var (start, end) = (StartOf(directory), EndOf(directory)); start != end;)
        {
            var query = new RangeRequest { Key = start, RangeEnd = end, Limit = RemovedAtOnce + 1, KeysOnly = true };
            var page = await Bare.CallAsync<RangeResponse>(BareClient.Range, query);
            var next = page.Kvs.Count > RemovedAtOnce ? page.Kvs[RemovedAtOnce].Key : end;
            await Bare.CallAsync(BareClient.DeleteRange, BareClient.Frame(new DeleteRangeRequest { Key = start, RangeEnd = next }));
            start = next;
        }
    }

    /// <summary>Gets the newest revision of the store.</summary>
    public async Task<long> RevisionAsync()
    {
        var reply = await Bare.CallAsync<RangeResponse>(BareClient.Range, new RangeRequest { Key = ByteString.CopyFromUtf8("x"), CountOnly = true });
        return reply.Header.Revision;
    }

    public Task<StatusResponse> StatusAsync() => Bare.CallAsync<StatusResponse>("/etcdserverpb.Maintenance/Status", new StatusRequest()).AsTask();

    public static ByteString StartOf(string directory) => ByteString.CopyFromUtf8(directory + "/");

    // The character after the slash.
    public static ByteString EndOf(string directory) => ByteString.CopyFromUtf8(directory + "0");

    public async ValueTask DisposeAsync()
    {
        if (_store.IsValueCreated)
        {
            await _store.Value.DisposeAsync();
        }

        if (_v2 is not null)
        {
            await _v2.DisposeAsync();
        }

        if (_consul is not null)
        {
            await _consul.DisposeAsync();
        }

        if (_zooKeeper is not null)
        {
            await _zooKeeper.DisposeAsync();
        }

        if (_peers.IsValueCreated)
        {
            foreach (var peer in _peers.Value)
            {
                peer.Dispose();
            }
        }

        Bare.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
