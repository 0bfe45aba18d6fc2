using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Etcd.V2;

/// <summary>Servers without APIv2, with users, with TLS, and several of them.</summary>
public sealed class ServerTests
{
    private static readonly EtcdServerOptions WithV2 = new() { EnableV2 = true };

    static ServerTests() => EtcdStore.Register();

    [Fact]
    public async Task Against_an_etcd_without_enable_v2_every_call_says_so_and_names_APIv3()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = KvStore.Open(EtcdV2Rig.AddressOf(etcd));
        foreach (var call in new Func<Task>[]
        {
            async () => await store.PingAsync(),
            async () => await store.PutAsync("a", "v"),
            async () => await store.GetAsync("a"),
            async () => await store.ExistsAsync("a"),
            async () => await store.DeleteAsync("a"),
            async () => await store.AtomicPutAsync("a", "v".Bytes(), 0),
            async () => await store.AtomicDeleteAsync("a", 1),
            async () => await store.ListAllAsync("a"),
            async () => await store.DeleteTreeAsync("a"),
            async () => await store.LockAsync("a"),
            async () => await store.WatchTreeAsync("a").GetAsyncEnumerator().MoveNextAsync(),
        })
        {
            var error = await Assert.ThrowsAsync<KvNotSupportedException>(call);
            Assert.Contains("--enable-v2", error.Message, StringComparison.Ordinal);
            Assert.Contains("-ApiVersion 3", error.Message, StringComparison.Ordinal);
            Assert.Contains(store.Info.Address, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Users_of_basic_authentication_are_known_and_their_limits_told_apart()
    {
        await using var etcd = await EtcdServer.StartAsync(WithV2);
        using var admin = new HttpClient { BaseAddress = new Uri($"http://{etcd.Endpoint}/v2/auth/") };
        await SendAsync(admin, HttpMethod.Put, "users/root", """{"user":"root","password":"s3cret"}""");
        await SendAsync(admin, HttpMethod.Put, "enable", null);
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("root:s3cret"u8));
        await SendAsync(admin, HttpMethod.Put, "roles/team", """{"role":"team","permissions":{"kv":{"read":["/team/*"],"write":["/team/*"]}}}""");
        await SendAsync(admin, HttpMethod.Put, "users/ann", """{"user":"ann","password":"pässword: x","roles":["team"]}""");
        await SendAsync(admin, HttpMethod.Delete, "roles/guest", null);

        await using var root = Open(etcd, "root", "s3cret");
        await root.PingAsync();
        await root.PutAsync("other/a", "v");
        await using var ann = Open(etcd, "ann", "pässword: x");
        await ann.PutAsync("team/a", "v");
        Assert.Equal(["team/a"], await ann.KeysAsync(KvRange.Prefix("team/")));
        Assert.Equal(["team/a"], await ann.KeysAsync("team"));
        await using var inside = KvStore.Open(
            EtcdV2Rig.AddressOf(etcd), new KvStoreOptions { Credential = new KvCredential("ann", "pässword: x"), Namespace = "team/" });
        await inside.PingAsync();
        Assert.Equal(["a"], await inside.KeysAsync(KvRange.All));
        await using (var held = await inside.LockAsync("a"))
        {
            Assert.True(held.IsHeld);
        }

        var denied = await Assert.ThrowsAsync<KvPermissionDeniedException>(async () => await ann.GetAsync("other/a"));
        Assert.Equal("other/a", denied.Key);
        Assert.IsType<KvPermissionDeniedException>(await RunningWatch.Tree(ann, "other").EndAsync());

        await using var wrong = Open(etcd, "root", "wr0ng");
        foreach (var call in new Func<Task>[] { async () => await wrong.PingAsync(), async () => await wrong.GetAsync("a"), async () => await wrong.PutAsync("a", "v") })
        {
            var refused = await Refusal.ThrowsAsync(KvErrorCode.AuthenticationFailed, call);
            Assert.DoesNotContain("wr0ng", refused.ToString(), StringComparison.Ordinal);
        }

        await using var nobody = KvStore.Open(EtcdV2Rig.AddressOf(etcd));
        var none = await Refusal.ThrowsAsync(KvErrorCode.AuthenticationFailed, async () => await nobody.PutAsync("a", "v"));
        Assert.Contains("requires a user and password", none.Message, StringComparison.Ordinal);
        await Refusal.ThrowsAsync(KvErrorCode.AuthenticationFailed, async () => await nobody.PingAsync());
        var status = Assert.Single(await PingedEndpoint.Of(nobody).CheckEndpointsAsync().ToListAsync());
        Assert.Equal((true, false), (status.IsReachable, status.IsServing));
    }

    [Fact]
    public async Task TLS_works_as_on_APIv3_and_so_do_its_errors()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority(folder, "authority");
        using var stranger = new TestAuthority(folder, "stranger");
        var server = authority.IssueServer("127.0.0.1");
        var client = authority.IssueClient("client");
        await using var etcd = await EtcdServer.StartAsync(
            WithV2 with { Tls = new EtcdServerTls(server.CertificatePath, server.KeyPath, authority.Path) });
        var address = $"etcdv2s://{etcd.Endpoint}";

        await using var store = KvStore.Open(address, new KvStoreOptions { Tls = KvTlsOptions.FromPemFiles(authority.Path, client.CertificatePath, client.KeyPath) });
        await store.PutAsync("a", "v");
        Assert.Equal("v", (await store.GetAsync("a")).Value);
        Assert.Equal("etcdv2s", store.Info.Scheme);

        await AssertTlsErrorAsync(address, KvTlsOptions.FromPemFiles(stranger.Path, client.CertificatePath, client.KeyPath), "not trusted");
        await AssertTlsErrorAsync($"etcdv2s://localhost:{etcd.Port}", KvTlsOptions.FromPemFiles(authority.Path, client.CertificatePath, client.KeyPath), "another host name");
        Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open($"etcdv2://{etcd.Endpoint}", new KvStoreOptions { Tls = new KvTlsOptions() }));

        await using var plain = KvStore.Open($"etcdv2://{etcd.Endpoint}");
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await plain.PingAsync());
        await using var plainEtcd = await EtcdServer.StartAsync(WithV2);
        await AssertTlsErrorAsync($"etcdv2s://{plainEtcd.Endpoint}", new KvTlsOptions(), "TLS");
    }

    [Fact]
    public async Task Calls_and_watches_go_on_while_a_member_is_killed_and_comes_back()
    {
        await using var cluster = await EtcdCluster.StartAsync(WithV2);
        await using var store = KvStore.Open(cluster.Address.Replace("etcd://", "etcdv2://", StringComparison.Ordinal));
        await Patience.UntilAsync(async () => await TryAsync(async () => await store.PutAsync("t/-begun", "")), "a first write");
        await using var watching = RunningWatch.Tree(store, "t");
        await watching.NextAsync();
        var written = new List<string>();
        for (var member = 0; member < EtcdCluster.Size; member++)
        {
            cluster.Kill(member);
            for (var i = 0; i < 20; i++)
            {
                // A write with an unknown outcome may have been made, so each has a unique value and is retried until it is acknowledged.
                var value = $"{member}.{i}";
                await Patience.UntilAsync(async () => await TryAsync(async () => await store.PutAsync("t/k", value)), "a write");
                written.Add(value);
                await Patience.UntilAsync(async () => await TryAsync(async () => Assert.Equal(value, (await store.GetAsync("t/k")).Value)), "a read");
            }

            await cluster.RestartAsync(member);
        }

        var seen = (await watching.UntilAsync(e => e.Value == written[^1])).ToList();
        Assert.Equal(written, seen.Where(e => e.Type == KvEventType.Put).Select(e => e.Value).Distinct());
        Assert.Equal(seen.Select(e => e.Revision).Distinct().Order(), seen.Select(e => e.Revision));
    }

    [Fact]
    public async Task An_endpoint_that_is_down_is_passed_over()
    {
        await using var etcd = await EtcdServer.StartAsync(WithV2);
        await using var store = KvStore.Open($"etcdv2://127.0.0.1:{LoopbackPorts.Take()},{etcd.Endpoint}");
        for (var i = 0; i < 10; i++)
        {
            await store.PutAsync("a", $"{i}");
            Assert.Equal($"{i}", (await store.GetAsync("a")).Value);
        }

        Assert.Equal($"http://{etcd.Endpoint}", (await store.PingAsync()).Endpoint);
    }

    [Fact]
    public async Task A_namespace_keeps_to_its_directory_and_goes_whole()
    {
        await using var etcd = await EtcdServer.StartAsync(WithV2);
        await using var store = KvStore.Open(EtcdV2Rig.AddressOf(etcd));
        await using var inside = KvStore.Open(EtcdV2Rig.AddressOf(etcd), new KvStoreOptions { Namespace = "/team/" });
        await inside.PutAllAsync("/a", "b/c");
        Assert.Equal(["team/a", "team/b/c"], await store.KeysAsync(KvRange.All));
        Assert.Equal("/b", (await Assert.ThrowsAsync<KvIsDirectoryException>(async () => await inside.PutAsync("/b", "v"))).Key);
        Assert.Equal("/a", (await Assert.ThrowsAsync<KvNotDirectoryException>(async () => await inside.PutAsync("/a/x", "v"))).Key);
        await inside.PingAsync();
        Assert.Equal(2, await inside.DeleteTreeAsync(KvRange.All));
        await inside.PingAsync();
        Assert.Empty(await inside.KeysAsync(KvRange.All));
    }

    private static async Task<bool> TryAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (KvException e) when (e is KvUnreachableException or KvTimeoutException)
        {
            return false;
        }
    }

    private static IKvStore Open(EtcdServer etcd, string user, string password) =>
        KvStore.Open(EtcdV2Rig.AddressOf(etcd), new KvStoreOptions { Credential = new KvCredential(user, password) });

    private static async Task AssertTlsErrorAsync(string address, KvTlsOptions tls, string says)
    {
        await using var store = KvStore.Open(address, new KvStoreOptions { Tls = tls });
        var error = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PingAsync());
        Assert.Equal(KvUnreachableReason.Tls, error.Reason);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    private static async Task SendAsync(HttpClient admin, HttpMethod method, string path, string? json)
    {
        using var request = new HttpRequestMessage(method, path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
        using var response = await admin.SendAsync(request);
        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created, $"{path}: {await response.Content.ReadAsStringAsync()}");
    }
}
