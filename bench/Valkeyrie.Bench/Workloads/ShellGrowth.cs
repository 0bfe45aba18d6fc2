using System.Diagnostics;
using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Measures how the cmdlets that read and write many keys grow with their number, each next to the library's call for the same work.</summary>
internal static class ShellGrowth
{
    private const int ValueSize = 64;
    private const long Smallest = 1_000;
    private const int Width = 256;

    // A pipeline reads one object at a time; a measuring script keeps them all in memory.
    private const long LargestPipeline = 100_000;

    // If one size takes longer than this, the next one takes ten times as long.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>Measures every row from a thousand keys up to a maximum.</summary>
    /// <param name="options">The server, and the number of rounds.</param>
    /// <param name="largest">The maximum number of keys.</param>
    /// <param name="logOf">Stores the samples of a server.</param>
    public static async Task RunAsync(BenchOptions options, long largest, Func<string, SampleLog> logOf)
    {
        ModuleShell shell;
        try
        {
            shell = await ModuleShell.FindAsync();
        }
        catch (WorkloadSkippedException e)
        {
            Console.WriteLine($"\ncmdlets by number of keys: not run, because {e.Message}.");
            return;
        }

        await using var arena = await Arena.OpenAsync(options);
        var log = logOf($"etcd {(await arena.StatusAsync()).Version}");
        Console.WriteLine();
        Console.WriteLine($"cmdlets by number of keys: values of {ValueSize} B, us a key, {options.Rounds} rounds; a size is left out if the one before took more than {Longest.TotalSeconds:0} s");
        Console.WriteLine($"  {"",-34} {string.Join(' ', Sizes(largest).Select(size => $"{size,12:#,0}"))}");
        foreach (var (name, limit, measure) in Rows(arena, shell))
        {
            await MeasureAsync(arena, name, Sizes(Math.Min(limit, largest)), measure, log);
        }
    }

    private static IEnumerable<long> Sizes(long largest)
    {
        for (var size = Smallest; size <= largest; size *= 10)
        {
            yield return size;
        }
    }

    private static IEnumerable<(string Name, long Largest, Func<long, string, Task<TimeSpan>> Measure)> Rows(Arena arena, ModuleShell shell)
    {
        var value = Arena.Value(ValueSize);
        yield return ("store, puts in flight", LargestPipeline, (size, folder) => TimeAsync(() =>
            InFlight.RunAsync(Width, size, async i => await arena.Store.PutAsync(Arena.KeyOf(folder + "/store", i), value))));
        yield return ("Set-KvValue", LargestPipeline, (size, folder) => shell.MeasureAsync("pipeline.ps1", arena.Endpoint, folder, $"{size}", $"{ValueSize}"));
        yield return ("Import-KvTree", long.MaxValue, (size, folder) => shell.MeasureAsync("import.ps1", arena.Endpoint, folder, $"{size}", $"{ValueSize}"));
        yield return ("Copy-KvTree", long.MaxValue, async (size, folder) =>
        {
            await arena.FillAsync(folder + "/source", 0, size, ValueSize);
            return await shell.MeasureAsync("copy.ps1", arena.Endpoint, folder, $"{size}", $"{ValueSize}");
        });
        yield return ("store, ListAsync", long.MaxValue, async (size, folder) =>
        {
            await arena.FillAsync(folder, 0, size, ValueSize);
            return await TimeAsync(() => ListWorkload.CountAsync(arena.Store, folder));
        });
        yield return ("Get-KvTree", long.MaxValue, async (size, folder) =>
        {
            await arena.FillAsync(folder, 0, size, ValueSize);
            return await shell.MeasureAsync("tree.ps1", arena.Endpoint, folder, $"{size}");
        });
        yield return ("store, WatchTreeAsync, a replay", long.MaxValue, async (size, folder) =>
        {
            var from = await arena.RevisionAsync() + 1;
            await arena.FillAsync(folder, 0, size, ValueSize);
            return await TimeAsync(() => WatchWorkload.WatchStoreAsync(arena, folder, from, size));
        });
        yield return ("Watch-KvTree, a replay", long.MaxValue, async (size, folder) =>
        {
            var from = await arena.RevisionAsync() + 1;
            await arena.FillAsync(folder, 0, size, ValueSize);
            return await shell.MeasureAsync("watch.ps1", arena.Endpoint, folder, $"{size}", $"{from}");
        });
    }

    private static async Task MeasureAsync(Arena arena, string name, IEnumerable<long> sizes, Func<long, string, Task<TimeSpan>> measure, SampleLog log)
    {
        List<(long Size, double[] Microseconds)> figures = [];
        foreach (var size in sizes)
        {
            List<TimeSpan> times = [];
            for (var round = 0; round < arena.Options.Rounds; round++)
            {
                times.Add(await measure(size, "bench/growth"));
                await arena.ClearAsync("bench/growth");
            }

            figures.Add((size, [.. times.Select(time => time.TotalMicroseconds / size)]));
            if (times.Max() > Longest)
            {
                break;
            }
        }

        Console.WriteLine($"  {name,-34} {string.Join(' ', figures.Select(figure => $"{Report.Number(Rounds.Median(figure.Microseconds), "0.00"),12}"))}");
        log.AddGrowth(name, figures.Select(object (figure) => new { Keys = figure.Size, MicrosecondsAKey = figure.Microseconds.Select(time => Math.Round(time, 3)) }));
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started);
    }
}
