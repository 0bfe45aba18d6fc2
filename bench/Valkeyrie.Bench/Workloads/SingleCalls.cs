using System.Globalization;
using Google.Protobuf;
using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Puts, a number of them in flight.</summary>
internal sealed class PutWorkload(string name, int width)
    : Workload(name, $"values of {SingleCalls.ValueSize} B, {SingleCalls.InWords(width)}", "put")
{
    public override Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var keys = SingleCalls.Keys("bench/put");
        var value = Arena.Value(SingleCalls.ValueSize);
        byte[][] frames = [.. keys.Select(
            key => BareClient.Frame(new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFrom(value) }))];
        var text = System.Text.Encoding.ASCII.GetString(value);
        return Task.FromResult(arena.Select(
            floor: new("floor (bare HTTP/2 loop)", (n, _) => InFlight.RunAsync(width, n, i => arena.Bare.CallAsync(BareClient.Put, frames[i % keys.Length]))),
            store: new("store", (n, _) => InFlight.RunAsync(width, n, async i => await arena.Store.PutAsync(keys[i % keys.Length], value))),
            peer: peer => new(peer.Name, (n, _) => InFlight.RunAsync(width, n, async i => await peer.PutAsync(keys[i % keys.Length], value))),
            go: client => client.Contend("put", "bench/put", keys.Length, value.Length, width),
            etcdctl: width > 1 ? null : new("etcdctl processes", (n, _) =>
                InFlight.RunAsync(1, n, i => arena.Etcdctl!.RunAsync("put", keys[i % keys.Length], text))) { OtherProcess = true }));
    }
}

/// <summary>Linearizable reads of one key, one at a time.</summary>
internal sealed class GetWorkload() : Workload("get", $"values of {SingleCalls.ValueSize} B, {SingleCalls.InWords(1)}", "get")
{
    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        const string Directory = "bench/get";
        await arena.FillAsync(Directory, 0, SingleCalls.KeyCount, SingleCalls.ValueSize);
        var keys = SingleCalls.Keys(Directory);
        byte[][] frames = [.. keys.Select(key => BareClient.Frame(new RangeRequest { Key = ByteString.CopyFromUtf8(key) }))];
        return arena.Select(
            floor: new("floor (bare HTTP/2 loop)", (n, _) => InFlight.RunAsync(1, n, i => arena.Bare.CallAsync(BareClient.Range, frames[i % keys.Length]))),
            store: new("store", (n, _) => InFlight.RunAsync(1, n, async i => await arena.Store.GetAsync(keys[i % keys.Length]))),
            peer: peer => new(peer.Name, (n, _) => InFlight.RunAsync(1, n, async i => await peer.GetAsync(keys[i % keys.Length]))),
            go: client => client.Contend("get", Directory, keys.Length, SingleCalls.ValueSize, 1),
            etcdctl: new("etcdctl processes", (n, _) =>
                InFlight.RunAsync(1, n, i => arena.Etcdctl!.RunAsync("get", keys[i % keys.Length]))) { OtherProcess = true });
    }
}

/// <summary>The common part of the rows of single calls.</summary>
internal static class SingleCalls
{
    public const int ValueSize = 256;
    public const int KeyCount = 1000;

    public static string[] Keys(string directory) => [.. Enumerable.Range(0, KeyCount).Select(i => Arena.KeyOf(directory, i))];

    public static string InWords(int width) => width == 1 ? "one at a time" : string.Create(CultureInfo.InvariantCulture, $"{width} in flight");
}
