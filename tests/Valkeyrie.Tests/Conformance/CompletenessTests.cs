using Valkeyrie.Tests.Consul;
using Valkeyrie.Tests.Embedded;
using Valkeyrie.Tests.Etcd;
using Valkeyrie.Tests.Etcd.V2;
using Valkeyrie.Tests.ZooKeeper;

namespace Valkeyrie.Tests.Conformance;

/// <summary>A separate line adds a store to each theme of the suite, because xUnit runs no open generic class. These tests find a missing line.</summary>
public static class CompletenessTests
{
    [Theory]
    [InlineData(typeof(EtcdV3Conformance))]
    [InlineData(typeof(EtcdV2Conformance))]
    [InlineData(typeof(ConsulConformance))]
    [InlineData(typeof(ZooKeeperConformance))]
    [InlineData(typeof(EmbeddedFileConformance))]
    [InlineData(typeof(EmbeddedMemoryConformance))]
    public static void Every_store_runs_every_theme_of_the_suite(Type store)
    {
        var themes = typeof(StoreConformance).Assembly.GetTypes().Where(t => t.IsAbstract && t.IsSubclassOf(typeof(StoreConformance)));
        Assert.Equal(themes.Select(t => t.Name).Order(), store.GetNestedTypes().Select(t => t.BaseType!.Name).Order());
    }
}
