using System.Security.Cryptography.X509Certificates;
using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>An etcd with TLS that requires a client certificate: valid certificates, and each kind of invalid one.</summary>
public sealed class TlsFaultTests(TlsFaultTests.TlsEtcd etcd) : IClassFixture<TlsFaultTests.TlsEtcd>
{
    static TlsFaultTests() => EtcdStore.Register();

    [Fact]
    public async Task The_right_certificates_connect()
    {
        await using var store = Open(etcd.Trusting);
        await store.PutAsync("k", "v");
        Assert.Equal("v", (await store.GetAsync("k")).Value);
    }

    [Fact]
    public async Task A_watch_and_a_lock_work_over_TLS()
    {
        await using var store = Open(etcd.Trusting);
        await store.PutAsync("w", "0");
        await using var watching = RunningWatch.Key(store, "w");
        await watching.NextAsync();
        await using (await store.LockAsync("w", new KvLockOptions { Value = "1".Bytes() }))
        {
            Assert.Equal("1", (await watching.NextAsync()).Value);
        }
    }

    [Fact]
    public async Task A_large_value_passes_through_TLS()
    {
        var value = new byte[1 << 20];
        new Random(4).NextBytes(value);
        await using var store = Open(etcd.Trusting);
        await store.PutAsync("large", value);
        Assert.Equal(value, (await store.GetAsync("large")).GetBytes());
    }

    [Fact]
    public async Task A_plain_connection_to_a_TLS_port_is_a_protocol_error_that_mentions_TLS()
    {
        await using var store = KvStore.Open($"etcd://{etcd.Server.Endpoint}");
        var error = await FailAsync(store);
        Assert.Equal(KvUnreachableReason.Protocol, error.Reason);
        Assert.Contains("TLS", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_authority_is_a_TLS_error_that_says_so()
    {
        await using var store = Open(etcd.Trusting with { CertificateAuthorities = etcd.OtherAuthorities });
        var error = await AssertTlsErrorAsync(store);
        Assert.Contains("not trusted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_authority_the_platforms_own_are_asked_and_do_not_know_it()
    {
        await using var store = Open(etcd.Trusting with { CertificateAuthorities = null });
        Assert.Contains("not trusted", (await AssertTlsErrorAsync(store)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_a_TLS_error_that_says_so()
    {
        // The certificate is for 127.0.0.1; here the same server is used by its name.
        await using var store = KvStore.Open($"etcds://localhost:{etcd.Server.Port}", new KvStoreOptions { Tls = etcd.Trusting });
        var error = await AssertTlsErrorAsync(store);
        Assert.Contains("host name", error.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Skipping_the_check_accepts_any_certificate()
    {
        await using var store = KvStore.Open(
            $"etcds://localhost:{etcd.Server.Port}",
            new KvStoreOptions { Tls = new KvTlsOptions { SkipCertificateCheck = true, ClientCertificate = etcd.Trusting.ClientCertificate } });
        Assert.NotEmpty((await store.PingAsync()).Version);
    }

    [Fact]
    public async Task A_missing_client_certificate_is_a_TLS_error()
    {
        await using var store = Open(etcd.Trusting with { ClientCertificate = null });
        await AssertTlsErrorAsync(store);
    }

    [Fact]
    public async Task A_client_certificate_of_an_unknown_authority_is_a_TLS_error()
    {
        await using var store = Open(etcd.Trusting with { ClientCertificate = etcd.OtherClient });
        await AssertTlsErrorAsync(store);
    }

    private static async Task<KvUnreachableException> AssertTlsErrorAsync(IKvStore store)
    {
        var error = await FailAsync(store);
        Assert.Equal(KvUnreachableReason.Tls, error.Reason);
        return error;
    }

    private static async Task<KvUnreachableException> FailAsync(IKvStore store) =>
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PutAsync("k", "v").AsTask().WaitAsync(Patience.Limit));

    private IKvStore Open(KvTlsOptions tls) => KvStore.Open($"etcds://{etcd.Server.Endpoint}", new KvStoreOptions { Tls = tls });

    /// <summary>The server and all certificates, created once for the class.</summary>
    public sealed class TlsEtcd : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();
        private EtcdServer? _server;

        internal EtcdServer Server => EtcdBinary.Started(_server);

        internal KvTlsOptions Trusting { get; private set; } = null!;

        internal X509Certificate2Collection OtherAuthorities { get; private set; } = null!;

        internal X509Certificate2 OtherClient { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            using var authority = new TestAuthority(_folder, "ca");
            using var other = new TestAuthority(_folder, "other");
            var server = authority.IssueServer("127.0.0.1");
            var client = authority.IssueClient("client");
            var stranger = other.IssueClient("stranger");
            Trusting = KvTlsOptions.FromPemFiles(authority.Path, client.CertificatePath, client.KeyPath);
            OtherAuthorities = KvTlsOptions.FromPemFiles(other.Path).CertificateAuthorities!;
            OtherClient = KvTlsOptions.FromPemFiles(null, stranger.CertificatePath, stranger.KeyPath).ClientCertificate!;
            _server = EtcdBinary.IsInstalled ? await EtcdServer.StartAsync(new EtcdServerOptions { Tls = new EtcdServerTls(server.CertificatePath, server.KeyPath, authority.Path) }) : null;
        }

        public async ValueTask DisposeAsync()
        {
            await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
            _folder.Dispose();
        }
    }
}
