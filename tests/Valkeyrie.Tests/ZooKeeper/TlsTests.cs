using System.Globalization;
using Valkeyrie.ZooKeeper;

namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>ZooKeeper over TLS.</summary>
public sealed class TlsTests
{
    static TlsTests() => ZooKeeperStore.Register();

    [Fact]
    public async Task Tls_is_spoken_with_certificates_checked_on_both_sides()
    {
        Assert.SkipUnless(ZooKeeperBinary.IsInstalled, "ZooKeeper is not installed here.");
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority(folder, "authority");
        using var stranger = new TestAuthority(folder, "stranger");
        var server = authority.IssueServer("127.0.0.1");
        var client = authority.IssueClient("client");
        var port = LoopbackPorts.Take();
        var keys = folder.Write("server.pem", await File.ReadAllTextAsync(server.CertificatePath) + "\n" + await File.ReadAllTextAsync(server.KeyPath));
        await using var member = await ZooKeeperServer.StartAsync(
            "serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory",
            string.Create(CultureInfo.InvariantCulture, $"secureClientPort={port}"),
            "secureClientPortAddress=127.0.0.1",
            $"ssl.keyStore.location={keys}",
            "ssl.keyStore.type=PEM",
            $"ssl.trustStore.location={authority.Path}",
            "ssl.trustStore.type=PEM");
        var address = string.Create(CultureInfo.InvariantCulture, $"zookeepers://127.0.0.1:{port}");
        await using (var store = KvStore.Open(address, new KvStoreOptions { Tls = KvTlsOptions.FromPemFiles(authority.Path, client.CertificatePath, client.KeyPath) }))
        {
            await store.PutAsync("a", "v");
            Assert.Equal("v", (await store.GetAsync("a")).Value);
            Assert.Equal("zookeepers", store.Info.Scheme);
            await using var held = await store.LockAsync("a");
            Assert.True(held.IsHeld);
        }

        await AssertTlsErrorAsync(address, KvTlsOptions.FromPemFiles(stranger.Path, client.CertificatePath, client.KeyPath), "not trusted");
        await AssertTlsErrorAsync(
            string.Create(CultureInfo.InvariantCulture, $"zookeepers://localhost:{port}"), KvTlsOptions.FromPemFiles(authority.Path, client.CertificatePath, client.KeyPath), "another host name");

        // The server requires a client certificate. Without one it ends the handshake, or the connection after it.
        await using var nameless = KvStore.Open(address, new KvStoreOptions { Tls = KvTlsOptions.FromPemFiles(authority.Path), Timeout = TimeSpan.FromSeconds(5) });
        await Assert.ThrowsAnyAsync<KvException>(async () => await nameless.PingAsync());
        await using var plain = KvStore.Open(string.Create(CultureInfo.InvariantCulture, $"zookeeper://127.0.0.1:{port}"), new KvStoreOptions { Timeout = TimeSpan.FromSeconds(5) });
        await Assert.ThrowsAnyAsync<KvException>(async () => await plain.PingAsync());
        Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open("zookeeper://127.0.0.1", new KvStoreOptions { Tls = new KvTlsOptions() }));
    }

    private static async Task AssertTlsErrorAsync(string address, KvTlsOptions tls, string says)
    {
        await using var store = KvStore.Open(address, new KvStoreOptions { Tls = tls, Timeout = TimeSpan.FromSeconds(10) });
        var error = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PingAsync());
        Assert.Equal(KvUnreachableReason.Tls, error.Reason);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
