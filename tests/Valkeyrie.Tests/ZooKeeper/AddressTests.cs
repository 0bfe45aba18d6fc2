using Valkeyrie.ZooKeeper;
using Valkeyrie.ZooKeeper.Keys;
using Valkeyrie.ZooKeeper.Net;

namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>Addresses, and the nodes of keys.</summary>
public sealed class AddressTests
{
    static AddressTests() => ZooKeeperStore.Register();

    [Theory]
    [InlineData("localhost", "", "localhost:2181")]
    [InlineData("h1:1,h2:2,h1:1", "", "h1:1", "h2:2")]
    [InlineData("h1,h2:2182/app/prod/", "/app/prod", "h1:2181", "h2:2182")]
    [InlineData("[::1]:2183,[fe80::1]", "", "[::1]:2183", "[fe80::1]:2181")]
    public void An_address_names_members_and_a_chroot(string text, string chroot, params string[] endpoints)
    {
        var address = ZooKeeperAddress.Parse(text);
        Assert.Equal(chroot, address.Chroot);
        Assert.Equal(endpoints, address.Endpoints.Select((Endpoint e) => e.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/app")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:x")]
    [InlineData("ho st")]
    [InlineData("host/a//b")]
    [InlineData("host/../b")]
    [InlineData("host?acl=x")]
    [InlineData("host?access=nobody")]
    [InlineData("host?access=creator")]
    public void Any_other_address_is_refused(string rest) =>
        Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open("zookeeper://" + rest));

    [Fact]
    public async Task A_store_tells_its_chroot_in_its_address()
    {
        await using var store = KvStore.Open("zookeeper://h1,h2:2182/app?access=open");
        Assert.Equal("zookeeper://h1:2181,h2:2182/app", store.Info.Address);
        Assert.Equal(["zookeeper://h1:2181", "zookeeper://h2:2182"], store.Info.Endpoints);
    }

    [Theory]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("a/./b")]
    [InlineData("..")]
    [InlineData("a\u0001b")]
    [InlineData("a\u0085b")]
    [InlineData("\uE000")]
    [InlineData("\uFFFE")]
    [InlineData("zookeeper")]
    [InlineData("/zookeeper/config")]
    public void A_key_that_no_node_can_have_is_refused(string key) =>
        Assert.Equal(key, Assert.Throws<KvInvalidArgumentException>(() => new NodePaths("", "").PathOf(key)).Key);

    [Fact]
    public void Below_a_chroot_all_names_are_free() => Assert.Equal("/app/zookeeper", new NodePaths("/app", "").PathOf("zookeeper"));

    [Theory]
    [InlineData("", "", "a/b", "/a/b")]
    [InlineData("", "", "/a/b", "/a/b")]
    [InlineData("/root", "", "a", "/root/a")]
    [InlineData("/root", "ns/", "a", "/root/ns/a")]
    [InlineData("", "ns-", "a", "/ns-a")]
    public void A_key_is_a_path_below_chroot_and_namespace(string chroot, string keyNamespace, string key, string path)
    {
        var paths = new NodePaths(chroot, keyNamespace);
        Assert.Equal(path, paths.PathOf(key));
        Assert.Equal(key, paths.KeyOf(path, key.StartsWith('/')));
    }
}
