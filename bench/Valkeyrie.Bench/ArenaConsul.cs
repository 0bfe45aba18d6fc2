using System.Globalization;
using Valkeyrie.Bench.Contenders;
using Valkeyrie.Consul;

namespace Valkeyrie.Bench;

/// <summary>A Consul agent and its clients.</summary>
internal sealed class ArenaConsul(ForegroundServer server, string endpoint) : IAsyncDisposable
{
    public BareConsulClient Bare { get; } = new(endpoint);

    public IKvStore Store { get; } = KvStore.Open($"consul://{endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromMinutes(1) });

    /// <summary>Starts the agent in VALKEYRIE_CONSUL, or the one on PATH, with its data in memory.</summary>
    public static async Task<ArenaConsul> StartAsync()
    {
        ConsulStore.Register();
        var program = Environment.GetEnvironmentVariable("VALKEYRIE_CONSUL") is { Length: > 0 } named ? named : "consul";
        var (http, rpc, lan, wan) = (ForegroundServer.FreePort(), ForegroundServer.FreePort(), ForegroundServer.FreePort(), ForegroundServer.FreePort());
        var endpoint = $"127.0.0.1:{Text(http)}";
        using var client = new HttpClient();
        var server = await ForegroundServer.StartAsync(
            _ =>
            [
                program, "agent", "-dev", "-bind=127.0.0.1", "-client=127.0.0.1", "-log-level=err", $"-http-port={Text(http)}", "-grpc-port=-1", "-dns-port=-1",
                $"-server-port={Text(rpc)}", $"-serf-lan-port={Text(lan)}", $"-serf-wan-port={Text(wan)}",
            ],
            async () =>
            {
                try
                {
                    using var written = await client.PutAsync(new Uri($"http://{endpoint}/v1/kv/bench/-"), new ByteArrayContent([]));
                    return written.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            });
        return new ArenaConsul(server, endpoint);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Bare.Dispose();
        await server.DisposeAsync();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
