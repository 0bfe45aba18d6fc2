using System.Diagnostics;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Embedded;

/// <summary>Measures how much the process grows while many keys are listed or watched.</summary>
internal static class EmbeddedMemory
{
    public const string Name = "memory";

    public const string Title = "memory while 1,000,000 keys are listed and 100,000 are watched";

    private const int Listed = 1_000_000;
    private const int Watched = 100_000;

    private static readonly KvWatchOptions ChangesOnly = new() { ChangesOnly = true };

    public static async Task RunAsync(string folder)
    {
        Console.WriteLine();
        Console.WriteLine($"{Name}: {Title}; by how much the working set is above that before, at most");
        await using var arena = new EmbeddedArena(folder);
        await arena.FillAsync("bench", 0, Listed, EmbeddedRow.ValueSize);
        await arena.FillAsync("watched", 0, Watched, EmbeddedRow.ValueSize);
        Console.WriteLine($"  listed                    {Megabytes(await PeakAsync(() => ListAsync(arena.Store)))} MB");
        Console.WriteLine($"  one watch on all          {Megabytes(await PeakAsync(() => WatchTreeAsync(arena)))} MB");
        await WatchKeysAsync(arena);
    }

    private static async Task ListAsync(IKvStore store)
    {
        var count = 0L;
        await foreach (var _ in store.ListAsync("bench"))
        {
            count++;
        }

        Require(count, Listed);
    }

    private static async Task WatchTreeAsync(EmbeddedArena arena)
    {
        await using var watch = arena.Store.WatchTreeAsync("watched", ChangesOnly).GetAsyncEnumerator();
        var next = watch.MoveNextAsync().AsTask();
        await arena.FillAsync("watched", 0, Watched, EmbeddedRow.ValueSize);
        for (var i = 0; i < Watched; i++)
        {
            await next;
            next = i < Watched - 1 ? watch.MoveNextAsync().AsTask() : Task.FromResult(true);
        }
    }

    private static async Task WatchKeysAsync(EmbeddedArena arena)
    {
        using var ended = new CancellationTokenSource();
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        var threads = Threads();
        var started = Stopwatch.GetTimestamp();
        var seen = 0L;
        List<Task> watches = new(Watched);
        var peak = await PeakAsync(() =>
        {
            for (var i = 0; i < Watched; i++)
            {
                watches.Add(FollowAsync(arena.Store, Arena.KeyOf("watched", i), () => Interlocked.Increment(ref seen), ended.Token));
            }

            return Task.CompletedTask;
        });
        var begun = Stopwatch.GetElapsedTime(started);
        var each = (GC.GetTotalMemory(forceFullCollection: true) - heap) / Watched;
        Console.WriteLine(
            $"  a watch on each           {Megabytes(peak)} MB; {each:#,0} bytes of heap and {begun.TotalMicroseconds / Watched:0} us each, {Threads() - threads} more threads");
        started = Stopwatch.GetTimestamp();
        await arena.FillAsync("watched", 0, Watched, EmbeddedRow.ValueSize);
        while (Interlocked.Read(ref seen) < Watched)
        {
            await Task.Delay(1);
        }

        Console.WriteLine($"  a change of each          seen by all {Watched:#,0} watches {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s after the first of their puts began");
        await ended.CancelAsync();
        await Task.WhenAll(watches);
    }

    private static async Task FollowAsync(IKvStore store, string key, Action see, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in store.WatchAsync(key, ChangesOnly, cancellationToken))
            {
                see();
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
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

    private static int Threads()
    {
        using var self = Process.GetCurrentProcess();
        return self.Threads.Count;
    }

    private static string Megabytes(double bytes) => Report.Number(bytes / 1e6, "0");

    private static void Require(long count, long expected)
    {
        if (count != expected)
        {
            throw new InvalidDataException($"{count} keys were listed instead of {expected}.");
        }
    }
}
