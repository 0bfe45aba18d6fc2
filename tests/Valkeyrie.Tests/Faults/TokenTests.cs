using System.Security.Cryptography;
using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>Tokens expire during calls, on a cluster whose members learn of new ones at different times.</summary>
public sealed class TokenTests : IDisposable
{
    private const string Password = "secret";
    private const int Callers = 8;
    private const int Changes = 10;

    // The first one, and two after a token has expired.
    private const int SignInsToSee = 3;

    private readonly TemporaryFolder _folder = new();

    static TokenTests() => EtcdStore.Register();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_token_that_expires_in_the_middle_of_load_is_renewed_without_one_failed_call()
    {
        using var key = RSA.Create(2048);
        var secret = _folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        var open = _folder.Write("public.pem", key.ExportSubjectPublicKeyInfoPem());
        await using var cluster = await StartAsync(new EtcdServerOptions { AuthToken = $"jwt,pub-key={open},priv-key={secret},sign-method=RS256,ttl=1s" });
        await using var store = Open(cluster);
        using var stop = new CancellationTokenSource();
        var load = Load(store, stop.Token);
        await Patience.UntilAsync(async () => load.IsCompleted || await cluster.SignInsAsync() >= SignInsToSee, "signing in anew");
        await stop.CancelAsync();
        await load;
    }

    [Fact]
    public async Task Tokens_that_the_server_drops_in_the_middle_of_load_are_renewed_without_one_failed_call()
    {
        await using var cluster = await StartAsync(new EtcdServerOptions());
        await using var store = Open(cluster);
        using var stop = new CancellationTokenSource();
        var load = Load(store, stop.Token);
        for (var i = 0; i < Changes; i++)
        {
            await cluster.ChangePasswordAsync(Password);
            await store.PutAsync("a/changed", $"{i}");
        }

        await stop.CancelAsync();
        await load;

        // Changing the password also requires a sign-in.
        Assert.InRange(await cluster.SignInsAsync() - Changes, SignInsToSee, long.MaxValue);
    }

    [Fact]
    public async Task Tokens_that_ended_between_bursts_are_renewed_without_one_failed_call()
    {
        await using var cluster = await StartAsync(new EtcdServerOptions { AuthTokenTtl = 1 });
        await using var store = Open(cluster);
        await Patience.UntilAsync(
            async () =>
            {
                await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => CallAsync(store, $"a/{caller}", $"{caller}")));

                // Each use extends a token: it expires after an unused period, of which the server gives no sign.
                await Task.Delay(TimeSpan.FromSeconds(2.2));
                return await cluster.SignInsAsync() >= SignInsToSee;
            },
            "signing in anew");
    }

    private static Task Load(IKvStore store, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(
        async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await CallAsync(store, $"a/{caller}", $"{i}");
            }
        },
        CancellationToken.None)));

    private static async Task CallAsync(IKvStore store, string key, string value)
    {
        await store.PutAsync(key, value);
        Assert.Equal(value, (await store.GetAsync(key)).Value);
    }

    private static IKvStore Open(AuthCluster cluster) =>
        KvStore.Open(cluster.Etcd.Address, new KvStoreOptions { Credential = new KvCredential("root", Password), Timeout = Patience.Limit });

    private static async Task<AuthCluster> StartAsync(EtcdServerOptions options)
    {
        var etcd = await EtcdCluster.StartAsync(options);
        await etcd.GatewayOf(0).EnableAuthAsync(Password, "readable/");
        return new AuthCluster(etcd);
    }

    private sealed class AuthCluster(EtcdCluster etcd) : IAsyncDisposable
    {
        public EtcdCluster Etcd => etcd;

        /// <summary>Sets root's password to its current value, which makes the server drop every token of root.</summary>
        public Task ChangePasswordAsync(string password) => etcd.GatewayOf(0).ChangePasswordAsync("root", password, password);

        /// <summary>The number of sign-ins that the members have counted.</summary>
        public async Task<long> SignInsAsync() =>
            (await Task.WhenAll(Enumerable.Range(0, EtcdCluster.Size).Select(member => etcd.GatewayOf(member).CallsOfAsync("Authenticate")))).Sum();

        public ValueTask DisposeAsync() => etcd.DisposeAsync();
    }
}
