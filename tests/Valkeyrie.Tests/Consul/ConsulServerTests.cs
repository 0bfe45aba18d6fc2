using System.Text.Json;
using Valkeyrie.Consul;

namespace Valkeyrie.Tests.Consul;

/// <summary>Servers with tokens, with TLS, with other settings; and several of them.</summary>
public sealed class ConsulServerTests
{
    private const string Root = "7a1ce2d0-0000-4000-8000-000000000001";

    private static readonly string Acl = $$"""
        acl {
          enabled = true
          default_policy = "deny"
          tokens {
            master = "{{Root}}"
            agent = "{{Root}}"
          }
        }
        """;

    static ConsulServerTests() => ConsulStore.Register();

    [Fact]
    public async Task Without_another_setting_the_shortest_time_to_live_is_ten_seconds_and_the_refusal_says_so()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { SessionTtlMin = null });
        await using var store = KvStore.Open(agent.Address);
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await store.PutAsync("a", "v", new KvPutOptions { Ttl = TimeSpan.FromSeconds(9) }));
        Assert.Equal("a", refused.Key);
        Assert.Contains("from 10 s", refused.Message, StringComparison.Ordinal);
        Assert.False(await store.ExistsAsync("a"));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await store.LockAsync("a", new KvLockOptions { Ttl = TimeSpan.FromSeconds(3) }));
        await store.PutAsync("a", "v", new KvPutOptions { Ttl = TimeSpan.FromSeconds(10) });
        Assert.Equal(store.Info.Promises.ShortestTtlSeconds, (await store.GetAsync("a")).Ttl!.Value.TotalSeconds);
    }

    [Fact]
    public async Task A_right_to_a_directory_or_to_a_key_is_enough_to_walk_there()
    {
        await using var agent = await StartWithRightsAsync();
        await using var root = Open(agent, Root);
        await root.PutAllAsync("app", "app/a", "app/deep/b", "lone/key", "lone/other");
        await using var ofDirectory = Open(agent, await MakeTokenAsync(agent, "directory", "key_prefix \"app/\" { policy = \"write\" }"));
        await using var ofKey = Open(agent, await MakeTokenAsync(agent, "lone", "key \"lone/key\" { policy = \"read\" }"));

        var app = await Directories(ofDirectory).TryGetEntryAsync("app");
        Assert.Equal((null, true), (app!.Pair, app.IsDirectory));
        Assert.Equal([("app/a", false), ("app/deep", true)], (await EntriesAsync(ofDirectory, "app")).Select(e => (e.Path, e.IsDirectory)));
        Assert.True((await Directories(ofDirectory).TryGetEntryAsync("app/deep"))!.IsDirectory);
        Assert.Null(await Directories(ofDirectory).TryGetEntryAsync("app/none"));
        await ThrowsAsync(KvErrorCode.PermissionDenied, async () => await Directories(ofDirectory).TryGetEntryAsync("lone"));
        await ThrowsAsync(KvErrorCode.PermissionDenied, async () => await ofDirectory.GetAsync("app"));

        Assert.Equal((true, false), ((await Directories(ofKey).TryGetEntryAsync("lone/key"))!.Pair is not null, (await Directories(ofKey).TryGetEntryAsync("lone/key"))!.IsDirectory));
        Assert.Equal(["lone/key"], (await EntriesAsync(ofKey, "lone")).Select(e => e.Path));
        await ThrowsAsync(KvErrorCode.PermissionDenied, async () => await Directories(ofKey).TryGetEntryAsync("lone/other"));
        await ThrowsAsync(KvErrorCode.PermissionDenied, async () => await ofKey.PutAsync("lone/key", "v"));

        static IKvDirectories Directories(IKvStore store) => store.GetCapability<IKvDirectories>();

        static async Task<List<KvEntry>> EntriesAsync(IKvStore store, string path) => await Directories(store).ListEntriesAsync(KvRange.Directory(path)).ToListAsync();
    }

    [Fact]
    public async Task Tokens_are_known_and_their_limits_told_apart()
    {
        await using var agent = await StartWithRightsAsync();
        var team = await MakeTokenAsync(agent, "team", "key_prefix \"team/\" { policy = \"write\" } session_prefix \"\" { policy = \"write\" }");

        await using var root = Open(agent, Root);
        Assert.NotEmpty((await root.PingAsync()).Version);
        await root.PutAsync("other/a", "v");
        await using var member = Open(agent, team);
        await member.PingAsync();
        await member.PutAsync("team/a", "v", new KvPutOptions { Ttl = TimeSpan.FromMinutes(1) });
        Assert.Equal(["team/a"], await member.KeysAsync("team"));
        await using (var held = await member.LockAsync("team/a"))
        {
            Assert.True(held.IsHeld);
        }

        var status = Assert.Single(await ((IKvEndpoints)member).CheckEndpointsAsync().ToListAsync());
        Assert.True(status.IsServing, status.ToString());

        var denied = await ThrowsAsync(KvErrorCode.PermissionDenied, async () => await member.GetAsync("other/a"));
        Assert.Equal("other/a", denied.Key);
        await ThrowsAsync(KvErrorCode.PermissionDenied, async () => await member.PutAsync("other/a", "v"));
        Assert.Equal(KvErrorCode.PermissionDenied, Assert.IsAssignableFrom<KvException>(await RunningWatch.Key(member, "other/a").EndAsync()).Code);

        const string Wrong = "7a1ce2d0-0000-4000-8000-00000000dead";
        await using var wrong = Open(agent, Wrong);
        foreach (var call in new Func<Task>[] { async () => await wrong.PingAsync(), async () => await wrong.GetAsync("team/a"), async () => await wrong.PutAsync("team/a", "v") })
        {
            var refused = await ThrowsAsync(KvErrorCode.AuthenticationFailed, call);
            Assert.DoesNotContain(Wrong, refused.ToString(), StringComparison.Ordinal);
        }

        await using var nobody = KvStore.Open(agent.Address);
        var none = await ThrowsAsync(KvErrorCode.AuthenticationFailed, async () => await nobody.PutAsync("team/a", "v"));
        Assert.Contains("none was specified", none.Message, StringComparison.Ordinal);
        await ThrowsAsync(KvErrorCode.AuthenticationFailed, async () => await nobody.PingAsync());
    }

    [Fact]
    public async Task TLS_works_and_so_do_its_errors()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority(folder, "authority");
        using var stranger = new TestAuthority(folder, "stranger");
        var server = authority.IssueServer("127.0.0.1");
        var client = authority.IssueClient("client");
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            Tls = true,
            Settings = [$"cert_file = \"{server.CertificatePath}\"", $"key_file = \"{server.KeyPath}\"", $"ca_file = \"{authority.Path}\""],
        });
        await using var store = KvStore.Open(agent.Address, new KvStoreOptions { Tls = KvTlsOptions.FromPemFiles(authority.Path, client.CertificatePath, client.KeyPath) });
        await store.PutAsync("a", "v");
        Assert.Equal("v", (await store.GetAsync("a")).Value);
        Assert.Equal("consuls", store.Info.Scheme);

        await AssertTlsErrorAsync(agent.Address, KvTlsOptions.FromPemFiles(stranger.Path), "not trusted");
        await AssertTlsErrorAsync($"consuls://localhost:{agent.Port}", KvTlsOptions.FromPemFiles(authority.Path), "another host name");
        Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open($"consul://{agent.Endpoint}", new KvStoreOptions { Tls = new KvTlsOptions() }));
        await using var plain = KvStore.Open($"consul://{agent.Endpoint}");
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await plain.PingAsync());
    }

    [Fact]
    public async Task An_endpoint_that_is_down_is_passed_over()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var store = KvStore.Open($"consul://127.0.0.1:{LoopbackPorts.Take()},{agent.Endpoint}");
        for (var i = 0; i < 10; i++)
        {
            await store.PutAsync("a", $"{i}");
            Assert.Equal($"{i}", (await store.GetAsync("a")).Value);
        }

        Assert.Equal(agent.Url, (await store.PingAsync()).Endpoint);
    }

    [Fact]
    public async Task A_datacentre_that_does_not_exist_is_told()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var here = KvStore.Open($"{agent.Address}?dc=dc1");
        await here.PutAsync("a", "v");
        Assert.EndsWith("?dc=dc1", here.Info.Address, StringComparison.Ordinal);
        await using var nowhere = KvStore.Open($"{agent.Address}?dc=atlantis");
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await nowhere.GetAsync("a"));
        Assert.Contains("datacenter", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("consul://")]
    [InlineData("consul://host:0")]
    [InlineData("consul://host/path")]
    [InlineData("consul://host:8500?dc=")]
    [InlineData("consul://host:8500?dc=a&dc=b")]
    [InlineData("consul://host:8500?token=s3cr3t")]
    [InlineData("consul://user:s3cr3t@host:8500")]
    public void An_address_that_says_something_else_is_refused_and_not_repeated(string address)
    {
        var refused = Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open(address));
        Assert.DoesNotContain("s3cr3t", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("consul://host", "consul://host:8500")]
    [InlineData("consuls://host", "consuls://host:8501")]
    [InlineData("consul://a,[::1]:1?ns=team&dc=east", "consul://a:8500,[::1]:1?ns=team&dc=east")]
    public async Task An_address_is_shown_whole(string address, string shown)
    {
        await using var store = KvStore.Open(address);
        Assert.Equal(shown, store.Info.Address);
    }

    private static IKvStore Open(ConsulAgent agent, string token) => KvStore.Open(agent.Address, new KvStoreOptions { Credential = new KvCredential("", token) });

    private static async Task<KvException> ThrowsAsync(KvErrorCode code, Func<Task> call)
    {
        var error = await Assert.ThrowsAnyAsync<KvException>(call);
        Assert.Equal(code, error.Code);
        return error;
    }

    private static async Task<bool> TryAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static async Task<ConsulAgent> StartWithRightsAsync()
    {
        var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { Settings = [Acl] });
        await Patience.UntilAsync(async () => await TryAsync(() => agent.SendAsync(HttpMethod.Get, "/v1/acl/policies", token: Root)), "ACLs");
        return agent;
    }

    /// <summary>Creates a token with its own permissions.</summary>
    private static async Task<string> MakeTokenAsync(ConsulAgent agent, string name, string rules)
    {
        await agent.SendAsync(HttpMethod.Put, "/v1/acl/policy", JsonSerializer.Serialize(new { Name = name, Rules = rules }), Root);
        var made = await agent.SendAsync(HttpMethod.Put, "/v1/acl/token", JsonSerializer.Serialize(new { Policies = new[] { new { Name = name } } }), Root);
        return JsonDocument.Parse(made).RootElement.GetProperty("SecretID").GetString()!;
    }

    private static async Task AssertTlsErrorAsync(string address, KvTlsOptions tls, string says)
    {
        await using var store = KvStore.Open(address, new KvStoreOptions { Tls = tls });
        var error = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PingAsync());
        Assert.Equal(KvUnreachableReason.Tls, error.Reason);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
