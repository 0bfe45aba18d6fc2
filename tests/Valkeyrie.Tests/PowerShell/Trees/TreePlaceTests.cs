using Valkeyrie.Etcd;
using Valkeyrie.PowerShell.Trees;

namespace Valkeyrie.Tests.PowerShell.Trees;

/// <summary>The store of the import determines the allowed content of a file.</summary>
public sealed class TreePlaceTests
{
    static TreePlaceTests() => EtcdStore.Register();

    [Fact]
    public async Task A_value_may_be_as_large_as_the_store_takes_it()
    {
        await using var store = Valkeyrie.Embedded.EmbeddedStore.OpenInMemory();
        var promises = store.Info.Promises;
        Assert.Null(promises.LargestValueSetting);
        Assert.Equal(promises.LargestValue, TreePlace.In(store, KvRange.Directory("app")).LargestValue);
    }

    [Fact]
    public async Task Where_a_server_sets_the_limit_a_value_far_above_its_default_is_refused()
    {
        await using var store = KvStore.Open("etcd://127.0.0.1:1");
        var promises = store.Info.Promises;
        Assert.NotNull(promises.LargestValueSetting);
        var largest = Assert.NotNull(TreePlace.In(store, KvRange.Directory("app")).LargestValue);
        Assert.InRange(largest, promises.LargestValue + 1, 100L << 20);
    }
}
