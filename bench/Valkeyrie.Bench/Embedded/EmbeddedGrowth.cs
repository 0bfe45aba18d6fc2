using System.Diagnostics;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Embedded;

/// <summary>How the file, the cost of a put and memory grow with the number of keys.</summary>
internal static class EmbeddedGrowth
{
    public const string Name = "growth";

    public const string Title = "file size and cost of a put at 10,000 and at 1,000,000 keys";

    public const string MemoryName = "memory";

    public const string MemoryTitle = "memory while 1,000,000 keys are listed and 100,000 are watched";

    private const int Few = 10_000;
    private const int Many = 1_000_000;
    private const int Puts = 4_000;
    private const long Stride = 7_919;

    public static async Task RunAsync(string folder, BenchOptions options)
    {
        Console.WriteLine();
        Console.WriteLine($"{Name}: {Title}; values of {EmbeddedRow.ValueSize} B, {options.Rounds} rounds of {Puts} durable puts over all keys, 32 in flight and one at a time");
        Console.WriteLine($"  {"keys",10} {"bytes/key",10} {"bare",6} {"us/put",8} {"bare",8} {"us/put, 32",10}");
        foreach (var keys in new[] { Few, Many })
        {
            await using var arena = new EmbeddedArena(folder);
            await arena.FillAsync("bench", 0, keys, EmbeddedRow.ValueSize);
            var value = Arena.Value(EmbeddedRow.ValueSize);
            var times = new List<(double Store, double Bare, double Many)>();
            for (var round = 0; round < options.Rounds; round++)
            {
                var first = (long)round * Puts;
                times.Add((
                    await TimeAsync(() => InFlight.RunAsync(1, Puts / 4, async i => await arena.Store.PutAsync(KeyOf(first + i, keys), value)), Puts / 4),
                    await TimeAsync(() => InFlight.RunAsync(1, Puts / 4, i =>
                    {
                        arena.Bare.Put(KeyOf(first + i, keys), value);
                        return ValueTask.CompletedTask;
                    }), Puts / 4),
                    await TimeAsync(() => InFlight.RunAsync(32, Puts, async i => await arena.Store.PutAsync(KeyOf(first + i, keys), value)), Puts)));
            }

            Console.WriteLine(
                $"  {keys,10:#,0} {Size(arena.StoreFile) / keys,10} {Size(arena.BareFile) / keys,6} {Median(times, t => t.Store),8} {Median(times, t => t.Bare),8} {Median(times, t => t.Many),10}");
        }
    }

    public static async Task MemoryAsync(string folder)
    {
        Console.WriteLine();
        Console.WriteLine($"{MemoryName}: {MemoryTitle}; by how much the working set is above that before, at most");
        await using var arena = new EmbeddedArena(folder);
        await arena.FillAsync("bench", 0, Many, EmbeddedRow.ValueSize);
        await arena.FillAsync("watched", 0, 100_000, EmbeddedRow.ValueSize);
        Console.WriteLine($"  listed   {Report.Number(await PeakAsync(() => CountAsync(arena.Store.ListAsync("bench"), Many)) / 1e6, "0")} MB");
        var changes = new KvWatchOptions { ChangesOnly = true };
        Console.WriteLine($"  watched  {Report.Number(await PeakAsync(async () =>
        {
            await using var watch = arena.Store.WatchTreeAsync("watched", changes).GetAsyncEnumerator();
            var next = watch.MoveNextAsync().AsTask();
            await arena.FillAsync("watched", 0, 100_000, EmbeddedRow.ValueSize);
            for (var i = 0; i < 100_000; i++)
            {
                await next;
                next = i < 99_999 ? watch.MoveNextAsync().AsTask() : Task.FromResult(true);
            }
        }) / 1e6, "0")} MB");
    }

    private static string KeyOf(long number, long keys) => Arena.KeyOf("bench", number * Stride % keys);

    // The file and what has not been moved into it from the log.
    private static long Size(string file) => new FileInfo(file).Length;

    private static async Task<double> TimeAsync(Func<Task> run, int operations)
    {
        var started = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / operations;
    }

    private static string Median<T>(IEnumerable<T> times, Func<T, double> figure) => Report.Number(Rounds.Median(times.Select(figure)), "#,0");

    private static async Task CountAsync(IAsyncEnumerable<KvPair> pairs, long expected)
    {
        var count = 0L;
        await foreach (var _ in pairs)
        {
            count++;
        }

        if (count != expected)
        {
            throw new InvalidDataException($"{count} keys were listed where {expected} are.");
        }
    }

    private static async Task<double> PeakAsync(Func<Task> run)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var self = Process.GetCurrentProcess();
        var before = self.WorkingSet64;
        var peak = before;
        using var ended = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                self.Refresh();
                peak = Math.Max(peak, self.WorkingSet64);
                await Task.Delay(20);
            }
        });
        await run();
        await ended.CancelAsync();
        await watching;
        return peak - before;
    }
}
