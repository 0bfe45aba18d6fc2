using System.Diagnostics;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Embedded;

/// <summary>Measures how the file and the duration of a put grow with the number of keys.</summary>
internal static class EmbeddedGrowth
{
    public const string Name = "growth";

    public const string Title = "file size and cost of a put at 10,000 and at 1,000,000 keys";

    private const int Few = 10_000;
    private const int Many = 1_000_000;
    private const int Puts = 4_000;
    private const long Stride = 7_919;

    public static async Task RunAsync(string folder, BenchOptions options)
    {
        await using var few = new EmbeddedArena(folder);
        await using var many = new EmbeddedArena(folder);
        await few.FillAsync("bench", 0, Few, EmbeddedRow.ValueSize);
        await many.FillAsync("bench", 0, Many, EmbeddedRow.ValueSize);
        var rounds = new List<(Costs Few, Costs Many)>();
        for (var round = -1; round < options.Rounds; round++)
        {
            var costs = (await MeasureAsync(few, Few, round + 1), await MeasureAsync(many, Many, round + 1));

            // The first run extends the logs to their length.
            if (round >= 0)
            {
                rounds.Add(costs);
            }
        }

        Console.WriteLine();
        Console.WriteLine($"{Name}: {Title}; values of {EmbeddedRow.ValueSize} B, medians of {options.Rounds} interleaved rounds of {Puts:#,0} durable puts over all keys");
        Console.WriteLine($"  {"",-28} {Few,12:#,0} {Many,12:#,0} {"ratio",8}");
        WriteLine("store, us/put", c => c.Store);
        WriteLine("store, us/put, 32 in flight", c => c.StoreInFlight);
        WriteLine("bare SQLite, us/put", c => c.Bare);
        WriteLine("store, bytes/key", c => c.StoreBytes);
        WriteLine("bare SQLite, bytes/key", c => c.BareBytes);

        void WriteLine(string what, Func<Costs, double> figure)
        {
            var ratio = Rounds.Median(rounds.Select(r => figure(r.Many) / figure(r.Few)));
            Console.WriteLine($"  {what,-28} {Median(rounds.Select(r => r.Few), figure),12} {Median(rounds.Select(r => r.Many), figure),12} {Report.Number(ratio, "0.00"),8}");
        }
    }

    private static async Task<Costs> MeasureAsync(EmbeddedArena arena, int keys, int round)
    {
        var value = Arena.Value(EmbeddedRow.ValueSize);
        var first = (long)round * Puts;
        return new Costs(
            await TimeAsync(i => arena.Store.PutAsync(KeyOf(first + i, keys), value), 1),
            await TimeAsync(i => arena.Store.PutAsync(KeyOf(first + i, keys), value), 32),
            await TimeAsync(
                i =>
                {
                    arena.Bare.Put(KeyOf(first + i, keys), value);
                    return default;
                },
                1),
            (double)Size(arena.StoreFile) / keys,
            (double)Size(arena.BareFile) / keys);
    }

    private static string KeyOf(long number, long keys) => Arena.KeyOf("bench", number * Stride % keys);

    // The file and the part of the log that has not been moved into it.
    private static long Size(string file) => new FileInfo(file).Length;

    private static async Task<double> TimeAsync(Func<long, ValueTask<KvPair>> put, int width)
    {
        var started = Stopwatch.GetTimestamp();
        await InFlight.RunAsync(width, Puts, async i => await put(i));
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / Puts;
    }

    private static string Median<T>(IEnumerable<T> times, Func<T, double> figure) => Report.Number(Rounds.Median(times.Select(figure)), "#,0");

    private sealed record Costs(double Store, double StoreInFlight, double Bare, double StoreBytes, double BareBytes);
}
