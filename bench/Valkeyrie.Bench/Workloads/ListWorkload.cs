using System.Globalization;
using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Lists a directory. The floor is one Range reply, parsed by the classes that protoc generates.</summary>
internal sealed class ListWorkload(string name, int keys, int valueSize)
    : Workload(name, string.Create(CultureInfo.InvariantCulture, $"{keys:#,0} keys with values of {valueSize} B"), "key")
{
    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var directory = "bench/" + Name;
        await arena.FillAsync(directory, 0, keys, valueSize);
        var request = new RangeRequest { Key = Arena.StartOf(directory), RangeEnd = Arena.EndOf(directory) };
        return arena.Select(
            floor: new("floor (one reply, generated classes)", (n, _) => InFlight.RunAsync(1, n, async _ =>
                Check((await arena.Bare.CallAsync<RangeResponse>(BareClient.Range, request)).Kvs.Count, keys))) { UnitsPerOperation = keys },
            store: new("store", (n, _) => InFlight.RunAsync(1, n, async _ => Check(await CountAsync(arena.Store, directory), keys))) { UnitsPerOperation = keys },
            peer: peer => new(peer.Name, (n, _) => InFlight.RunAsync(1, n, async _ => Check(await peer.ListAsync(directory), keys))) { UnitsPerOperation = keys },
            go: client => client.Contend("list", directory, keys, valueSize, 1) with { UnitsPerOperation = keys },
            etcdctl: new("etcdctl processes", (n, _) => InFlight.RunAsync(1, n, _ => arena.Etcdctl!.RunAsync("get", "--prefix", directory + "/")))
            {
                UnitsPerOperation = keys,
                OtherProcess = true,
            });
    }

    internal static async Task<int> CountAsync(IKvStore store, string directory)
    {
        var count = 0;
        await foreach (var _ in store.ListAsync(directory))
        {
            count++;
        }

        return count;
    }

    internal static void Check(int count, int keys)
    {
        if (count != keys)
        {
            throw new InvalidDataException($"{count} keys were listed instead of {keys}.");
        }
    }
}
