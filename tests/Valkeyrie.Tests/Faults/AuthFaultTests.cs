using Valkeyrie.Etcd;
using Valkeyrie.Tests.Conformance;
using Valkeyrie.Tests.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>An etcd that requires a user and password.</summary>
public sealed class AuthFaultTests(AuthFaultTests.AuthEtcd etcd, SharedEtcd open) : IClassFixture<AuthFaultTests.AuthEtcd>
{
    private const string Password = "pässw0rd-that-must-not-show";

    static AuthFaultTests() => EtcdStore.Register();

    [Fact]
    public async Task The_right_password_signs_in()
    {
        await using var store = Open("root");
        await store.PutAsync("a/k", "v");
        Assert.Equal("v", (await store.GetAsync("a/k")).Value);
        Assert.Equal("root", store.Info.UserName);
    }

    [Theory]
    [InlineData("root", "wrong")]
    [InlineData("nobody", Password)]
    [InlineData("root", "")]
    public async Task A_wrong_user_or_password_is_authentication_failed(string user, string password)
    {
        await using var store = Open(user, password);
        var error = await Refusal.ThrowsAsync(KvErrorCode.AuthenticationFailed, async () => await store.GetAsync("a/k"));
        Assert.Equal(KvErrorCode.AuthenticationFailed, error.Code);
        Assert.Contains(etcd.Server.Endpoint, error.Message, StringComparison.Ordinal);
        AssertHidesPassword(error);
    }

    [Theory]
    [MemberData(nameof(EveryCall.OnPaths), MemberType = typeof(EveryCall))]
    public async Task Every_call_with_a_wrong_password_is_authentication_failed(string call)
    {
        await using var store = Open("root", "wrong");
        await Refusal.ThrowsAsync(KvErrorCode.AuthenticationFailed, () => EveryCall.MakeAsync(call, store, "a/k").WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task No_password_where_one_is_needed_is_authentication_failed()
    {
        await using var store = KvStore.Open(etcd.Server.Address);
        await Refusal.ThrowsAsync(KvErrorCode.AuthenticationFailed, async () => await store.GetAsync("a/k"));
    }

    [Fact]
    public async Task A_ping_without_a_user_where_one_is_needed_is_authentication_failed()
    {
        await using var store = KvStore.Open(etcd.Server.Address);
        var refused = await Refusal.ThrowsAsync(KvErrorCode.AuthenticationFailed, async () => await store.PingAsync());
        Assert.Contains(etcd.Server.Endpoint, refused.Message, StringComparison.Ordinal);

        var status = Assert.Single(await PingedEndpoint.Of(store).CheckEndpointsAsync().ToListAsync());
        Assert.True(status.IsReachable);
        Assert.False(status.IsServing);
        Assert.Equal(KvErrorCode.AuthenticationFailed, status.ErrorCode);
    }

    [Theory]
    [InlineData("root")]
    [InlineData("reader")]
    public async Task A_ping_needs_a_user_and_no_permission(string user)
    {
        await using var store = Open(user);
        Assert.Contains(etcd.Server.Endpoint, (await store.PingAsync()).Endpoint, StringComparison.Ordinal);
        Assert.True(Assert.Single(await PingedEndpoint.Of(store).CheckEndpointsAsync().ToListAsync()).IsServing);
    }

    [Fact]
    public async Task An_endpoint_with_a_wrong_password_is_reachable_and_does_not_serve()
    {
        await using var store = Open("root", "wrong");
        var status = Assert.Single(await PingedEndpoint.Of(store).CheckEndpointsAsync().ToListAsync());
        Assert.Equal((true, false, KvErrorCode.AuthenticationFailed), (status.IsReachable, status.IsServing, status.ErrorCode));
    }

    [Fact]
    public async Task A_password_where_none_is_needed_does_no_harm()
    {
        await using var store = KvStore.Open(open.Server.Address, new KvStoreOptions { Credential = new KvCredential("root", Password) });
        Assert.Null(await store.TryGetAsync("missing"));
    }

    [Fact]
    public async Task What_the_user_may_not_do_is_permission_denied()
    {
        await using var root = Open("root");
        await root.PutAsync("readable/k", "v");
        await using var reader = Open("reader");
        Assert.Equal("v", (await reader.GetAsync("readable/k")).Value);

        var error = await Assert.ThrowsAsync<KvPermissionDeniedException>(async () => await reader.PutAsync("readable/k", "w"));
        Assert.Equal("readable/k", error.Key);
        AssertHidesPassword(error);
        await Assert.ThrowsAsync<KvPermissionDeniedException>(async () => await reader.GetAsync("other/k"));
        await Assert.ThrowsAsync<KvPermissionDeniedException>(async () => await reader.ListAllAsync("other"));
        await Assert.ThrowsAsync<KvPermissionDeniedException>(async () => await reader.TryDeleteAsync("readable/k"));
        await Assert.ThrowsAsync<KvPermissionDeniedException>(async () => await reader.TryAtomicPutAsync("readable/k", default, 0));
        await Assert.ThrowsAsync<KvPermissionDeniedException>(async () => await reader.LockAsync("readable/k"));
        Assert.Equal("v", (await root.GetAsync("readable/k")).Value);
    }

    [Fact]
    public async Task A_watch_that_the_user_may_not_make_is_permission_denied()
    {
        await using var reader = Open("reader");
        await using var denied = RunningWatch.Tree(reader, "other", new KvWatchOptions { FromRevision = 1 });
        Assert.IsType<KvPermissionDeniedException>(await denied.EndAsync());
    }

    [Fact]
    public async Task A_watch_that_the_user_may_make_is_made()
    {
        await using var root = Open("root");
        await root.PutAsync("readable/w", "0");
        await using var reader = Open("reader");
        await using var watching = RunningWatch.Key(reader, "readable/w");
        Assert.Equal("0", (await watching.NextAsync()).Value);
        await root.PutAsync("readable/w", "1");
        Assert.Equal("1", (await watching.NextAsync()).Value);
    }

    [Fact]
    public async Task A_user_who_may_read_a_key_sees_its_history_and_that_of_a_missing_one_only_with_all_keys()
    {
        await using var root = Open("root");
        await root.PutAsync("readable/h", "1");
        await root.DeleteAsync("readable/h");
        await root.PutAsync("readable/h", "2");
        await using var reader = Open("reader");
        Assert.Equal(["+2", "-", "+1"], HistoryConformance.Shown(await HistoryConformance.ReadAsync(reader, "readable/h")));
        await root.DeleteAsync("readable/h");
        Assert.Equal(["-", "+2", "-", "+1"], HistoryConformance.Shown(await HistoryConformance.ReadAsync(root, "readable/h")));

        // So that the last change of the key is not that of the store.
        await root.PutAsync("readable/later", "");
        var denied = await Assert.ThrowsAsync<KvPermissionDeniedException>(() => HistoryConformance.ReadAsync(reader, "readable/h"));
        Assert.Equal("readable/h", denied.Key);
        await Assert.ThrowsAsync<KvPermissionDeniedException>(() => HistoryConformance.ReadAsync(reader, "other/k"));
    }

    [Fact]
    public async Task A_token_that_the_server_no_longer_knows_is_renewed()
    {
        // Tokens are in the server's memory, so a restart ends them all.
        await using var own = new AuthEtcd();
        await own.InitializeAsync();
        await using var store = KvStore.Open(own.Server.Address, Credential("root", Password));
        await store.PutAsync("a/k", "0");
        await using var watching = RunningWatch.Key(store, "a/k");
        await watching.NextAsync();
        for (var restart = 1; restart <= 2; restart++)
        {
            own.Server.Kill();
            await own.Server.StartAgainAsync();
            Assert.Equal($"{restart - 1}", (await store.GetAsync("a/k")).Value);
            await store.PutAsync("a/k", $"{restart}");
            Assert.Equal($"{restart}", (await watching.NextAsync()).Value);
        }
    }

    [Fact]
    public async Task A_server_that_begins_to_ask_for_a_password_is_signed_in_to()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = KvStore.Open(server.Address, Credential("root", Password));
        await store.PutAsync("a/k", "before");
        await server.Gateway.EnableAuthAsync(Password, "readable/");
        Assert.Equal("before", (await store.GetAsync("a/k")).Value);
        await store.PutAsync("a/k", "after");
    }

    [Fact]
    public async Task Many_calls_at_once_sign_in_together()
    {
        await using var store = Open("root");
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async i => await store.PutAsync($"a/{i}", "v")));
        Assert.Equal("v", (await store.GetAsync("a/49")).Value);
    }

    private static void AssertHidesPassword(Exception error) => Assert.DoesNotContain(Password, error.ToString(), StringComparison.Ordinal);

    private static KvStoreOptions Credential(string user, string password) => new() { Credential = new KvCredential(user, password) };

    private IKvStore Open(string user, string password = Password) => KvStore.Open(etcd.Server.Address, Credential(user, password));

    /// <summary>The server with its users, started once for the class.</summary>
    public sealed class AuthEtcd : IAsyncLifetime
    {
        private EtcdServer? _server;

        internal EtcdServer Server => EtcdBinary.Started(_server);

        public async ValueTask InitializeAsync()
        {
            if (!EtcdBinary.IsInstalled)
            {
                return;
            }

            _server = await EtcdServer.StartAsync();
            await _server.Gateway.EnableAuthAsync(Password, "readable/");
        }

        public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
