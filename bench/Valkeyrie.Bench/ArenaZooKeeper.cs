using Valkeyrie.Bench.Contenders;
using Valkeyrie.ZooKeeper;

namespace Valkeyrie.Bench;

/// <summary>A ZooKeeper with one member, and its clients.</summary>
internal sealed class ArenaZooKeeper(ForegroundServer server, int port) : IAsyncDisposable
{
    public IKvStore Store { get; } = KvStore.Open($"zookeeper://127.0.0.1:{port}", new KvStoreOptions { Timeout = TimeSpan.FromMinutes(1) });

    /// <summary>Starts the program in VALKEYRIE_ZOOKEEPER, or the zkServer.sh on PATH.</summary>
    public static async Task<ArenaZooKeeper> StartAsync()
    {
        const string Script = "zkServer.sh";
        ZooKeeperStore.Register();
        var program = Environment.GetEnvironmentVariable("VALKEYRIE_ZOOKEEPER") is { Length: > 0 } named ? named : Script;
        var port = ForegroundServer.FreePort();
        var server = await ForegroundServer.StartAsync(
            folder =>
            {
                var configuration = Path.Combine(folder, "zoo.cfg");
                File.WriteAllText(configuration, $"""
                    tickTime=2000
                    maxSessionTimeout=3600000
                    dataDir={folder}/data
                    clientPort={port}
                    clientPortAddress=127.0.0.1
                    admin.enableServer=false
                    forceSync=no
                    """);
                return Path.GetFileName(program) == Script ? [program, "start-foreground", configuration] : [program, configuration];
            },
            async () =>
            {
                try
                {
                    using var client = await BareZooKeeperClient.ConnectAsync(port);
                    return true;
                }
                catch (Exception e) when (e is System.Net.Sockets.SocketException or EndOfStreamException)
                {
                    return false;
                }
            });
        return new ArenaZooKeeper(server, port);
    }

    /// <summary>Opens a bare connection with a separate session.</summary>
    public Task<BareZooKeeperClient> ConnectAsync() => BareZooKeeperClient.ConnectAsync(port);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await server.DisposeAsync();
    }
}
