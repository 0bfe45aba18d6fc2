using System.Diagnostics;
using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;
using Google.Protobuf;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Measures how times and memory grow with the number of keys, on a server without other keys. Each listing runs in a separate process, so it has a
/// separate peak.</summary>
internal static class Growth
{
    private const int ValueSize = 64;
    private const int Puts = 2_000;
    private const long Largest = 1_000_000;

    /// <summary>Lists a million keys: time and peak memory.</summary>
    public static async Task MemoryAsync(BenchOptions options)
    {
        const string Directory = "bench/memory";
        await using var arena = await Arena.OpenAsync(options);
        await arena.FillAsync(Directory, 0, Largest, ValueSize);
        Console.WriteLine();
        Console.WriteLine($"memory: {Largest:#,0} keys with values of {ValueSize} B listed in a separate process, {options.Rounds} rounds");
        Console.WriteLine($"  {"",-42} {"keys/s",14} {"growth of peak working set",28}");
        foreach (var (name, _, seconds, peak) in await MedianListsAsync(arena, Directory, Largest))
        {
            Console.WriteLine($"  {name,-42} {Report.Number(Largest / seconds, "#,0"),14} {Report.Number(peak / 1e6, "#,0") + " MB",28}");
        }
    }

    /// <summary>Measures from a thousand keys to a million.</summary>
    public static async Task GrowthAsync(BenchOptions options)
    {
        const string Directory = "bench/growth";
        await using var arena = await Arena.OpenAsync(options);
        Console.WriteLine();
        Console.WriteLine($"growth: values of {ValueSize} B; one put at a time, and the directory listed in a separate process, {options.Rounds} rounds");
        Console.WriteLine($"  {"keys",10} {"",-42} {"us/put",10} {"list ns/key",12} {"peak growth",12}");
        var keys = 0L;
        for (var size = 1_000L; size <= Largest; size *= 10)
        {
            await arena.FillAsync(Directory, keys, size, ValueSize);
            keys = size;
            foreach (var (name, work, seconds, peak) in await MedianListsAsync(arena, Directory, size))
            {
                var put = await MedianPutAsync(arena, work, Directory);
                Console.WriteLine($"  {size,10:#,0} {name,-42} {Report.Number(put, "0"),10} {Report.Number(seconds * 1e9 / size, "#,0"),12} {Report.Number(peak / 1e6, "#,0") + " MB",12}");
            }
        }
    }

    private static IEnumerable<(string Name, string Work)> Listings(Arena arena)
    {
        if (arena.Options.Contenders.Contains("floor"))
        {
            yield return ("floor (one reply, generated classes)", Child.ListFloor);
        }

        if (arena.Options.Contenders.Contains("store"))
        {
            yield return ("store", Child.ListStore);
        }
    }

    private static async Task<IEnumerable<(string Name, string Work, double Seconds, double Peak)>> MedianListsAsync(Arena arena, string directory, long keys)
    {
        var listings = Listings(arena).Select(l => (l.Name, l.Work, Results: new List<ListResult>())).ToList();
        for (var round = 0; round < arena.Options.Rounds; round++)
        {
            foreach (var (_, work, results) in listings)
            {
                await using var child = await Child.StartAsync(work, arena.Endpoint, directory, keys);
                var result = await child.ListAsync();
                results.Add(result.Keys == keys ? result : throw new InvalidDataException($"{result.Keys} keys were listed instead of {keys}."));
            }
        }

        return listings.Select(l => (l.Name, l.Work, Rounds.Median(l.Results.Select(r => r.Seconds)), Rounds.Median(l.Results.Select(r => (double)r.PeakGrowth))));
    }

    private static async Task<double> MedianPutAsync(Arena arena, string work, string directory)
    {
        var key = Arena.KeyOf(directory, 0);
        var value = Arena.Value(ValueSize);
        var frame = BareClient.Frame(new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFrom(value) });
        var times = new List<double>();
        for (var i = -Puts; i < Puts; i++)
        {
            var started = Stopwatch.GetTimestamp();
            if (work == Child.ListStore)
            {
                await arena.Store.PutAsync(key, value);
            }
            else
            {
                await arena.Bare.CallAsync(BareClient.Put, frame);
            }

            // The first half warms up.
            if (i >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
            }
        }

        return Rounds.Median(times);
    }
}
