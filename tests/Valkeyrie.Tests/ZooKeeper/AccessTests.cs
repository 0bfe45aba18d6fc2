namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>The access to a store's nodes, and the cases that cause a warning.</summary>
public sealed class AccessTests(SharedZooKeeper shared)
{
    private static readonly KvCredential User = new("user", "secret");

    [Fact]
    public async Task Open_access_is_warned_of_where_servers_require_a_sign_in_and_only_there()
    {
        Assert.SkipUnless(ZooKeeperBinary.IsInstalled, "ZooKeeper is not installed here.");
        await using var server = await ZooKeeperServer.StartAsync("enforce.auth.enabled=true", "enforce.auth.schemes=digest");
        var warning = await WarningAsync(ZooKeeperRig.AddressOf(server), User);
        Assert.Contains("access=creator", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", warning, StringComparison.Ordinal);
        Assert.Null(await WarningAsync(ZooKeeperRig.AddressOf(server) + "?access=creator", User));

        // A server without authentication is open on purpose.
        Assert.Null(await WarningAsync(ZooKeeperRig.AddressOf(shared.Server), User));
        Assert.Null(await WarningAsync(ZooKeeperRig.AddressOf(shared.Server), null));
        await using var nobody = KvStore.Open(ZooKeeperRig.AddressOf(server));
        Assert.Equal(KvErrorCode.AuthenticationFailed, (await Assert.ThrowsAnyAsync<KvException>(async () => await nobody.PingAsync())).Code);
    }

    private static async Task<string?> WarningAsync(string address, KvCredential? credential)
    {
        await using var store = KvStore.Open(address, new KvStoreOptions { Credential = credential });
        return (await store.PingAsync()).Warning;
    }
}
