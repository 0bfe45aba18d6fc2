using Valkeyrie.Embedded;
using Valkeyrie.Etcd;
using Valkeyrie.Tests.Consul;
using Valkeyrie.Tests.Etcd;
using Valkeyrie.Tests.ZooKeeper;

namespace Valkeyrie.Tests.Contract;

/// <summary>A tree that is copied through all kinds of store returns unchanged.</summary>
public sealed class CopyRoundTests(SharedEtcd etcd, SharedConsul consul, SharedZooKeeper zooKeeper)
{
    private const int Keys = 2_000;
    private const int Directories = 30;
    private const int InFlight = 64;

    static CopyRoundTests() => EtcdStore.Register();

    [Fact]
    public Task A_tree_comes_back_the_same_from_consul_zookeeper_and_an_embedded_store() =>
        RoundAsync("ключ ", new ConsulRig(consul.Agent).Open(), new ZooKeeperRig(zooKeeper.Server).Open(), EmbeddedStore.OpenInMemory());

    [Fact]
    public Task Keys_of_any_text_come_back_the_same_from_consul_and_an_embedded_store() =>
        RoundAsync("ключ \U0001F511//", new ConsulRig(consul.Agent).Open(), EmbeddedStore.OpenInMemory());

    private async Task RoundAsync(string oddName, params IReadOnlyList<IKvStore> stores)
    {
        await using var first = KvStore.Open(etcd.Server.Address);
        var root = $"round-{Guid.NewGuid():n}";
        try
        {
            await Parallel.ForAsync(0, Keys, new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (i, token) =>
            {
                var value = new byte[i % 97];
                new Random(i).NextBytes(value);
                await first.PutAsync($"{root}/from/{i % Directories}/{(i % 7 == 0 ? oddName : "")}{i}", value, null, token);
            });
            var (source, place) = (first, $"{root}/from");
            foreach (var next in stores.Append(first))
            {
                await new KvTreeCopy(KvTreeContent.Of(source, place), next, $"{root}/to").RunAsync();
                Assert.Equal(Keys, await next.CountAsync($"{root}/to"));
                (source, place) = (next, $"{root}/to");
            }

            var count = 0;
            await foreach (var difference in KvTreeComparison.CompareAsync(KvTreeContent.Of(first, $"{root}/from"), KvTreeContent.Of(first, $"{root}/to")))
            {
                Assert.Equal("==", difference.SideIndicator);
                count++;
            }

            Assert.Equal(Keys, count);
        }
        finally
        {
            foreach (var store in stores)
            {
                await store.DisposeAsync();
            }
        }
    }
}
