using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;
using Valkeyrie.Embedded;

namespace Valkeyrie.Bench.Embedded;

/// <summary>A row of the benchmark on files.</summary>
/// <param name="name">The name of the row on the command line.</param>
/// <param name="title">The work in words, for the report.</param>
/// <param name="unit">The counted unit.</param>
/// <param name="prepare">Writes the data and returns the contenders, bare SQLite first.</param>
internal sealed class EmbeddedRow(string name, string title, string unit, Func<EmbeddedArena, Task<IReadOnlyList<Contender>>> prepare)
    : Row(name, title, unit)
{
    public const int Keys = 10_000;
    public const int ValueSize = 64;

    private const int FillsUntilTheLogIsGrown = 20;
    private const int Imported = 100_000;
    private const int InFlightInLibrary = 256;

    // Coprime to the number of keys: every key once before any repeats, and never the neighbor of the last one.
    private const long Stride = 7_919;

    public static IReadOnlyList<EmbeddedRow> All { get; } =
    [
        new("put", $"durable puts over {Keys:#,0} keys, values of {ValueSize} B, one at a time", "put", arena => PutAsync(arena, 1)),
        new("put32", "durable puts, 32 in flight; the bare loop one at a time", "put", arena => PutAsync(arena, 32)),
        new("get", $"gets over {Keys:#,0} keys, values of {ValueSize} B, one at a time", "get", arena => GetAsync(arena, 1)),
        new("getparallel", $"gets, on {Environment.ProcessorCount} threads; the bare loop on one", "get", arena => GetAsync(arena, Environment.ProcessorCount)),
        new("list100k", "100,000 keys listed, values of 64 B", "key", arena => ListAsync(arena, 100_000, 64)),
        new("import", $"{Imported:#,0} keys with values of {ValueSize} B into a new file, {EmbeddedArena.PutsPerBatch} to a transaction; the cmdlet in a PowerShell, reading a JSON file", "key", ImportAsync),
        new("list10k", "10,000 keys listed, values of 1 KiB", "key", arena => ListAsync(arena, 10_000, 1024)),
    ];

    public Task<IReadOnlyList<Contender>> PrepareAsync(EmbeddedArena arena) => prepare(arena);

    private static string KeyOf(long number) => Arena.KeyOf("bench", number * Stride % Keys);

    private static async Task<IReadOnlyList<Contender>> PutAsync(EmbeddedArena arena, int width)
    {
        var value = Arena.Value(ValueSize);

        // Syncing a growing log takes about twice as long as overwriting one, so both logs reach their length first.
        for (var i = 0; i < FillsUntilTheLogIsGrown; i++)
        {
            await arena.FillAsync("bench", 0, Keys, ValueSize);
        }

        return
        [
            new Contender("bare SQLite, one at a time", (operations, _) =>
            {
                for (var i = 0L; i < operations; i++)
                {
                    arena.Bare.Put(KeyOf(i), value);
                }

                return Task.CompletedTask;
            }),
            new Contender("store", (operations, _) => InFlight.RunAsync(width, operations, async i => await arena.Store.PutAsync(KeyOf(i), value))),
        ];
    }

    private static async Task<IReadOnlyList<Contender>> GetAsync(EmbeddedArena arena, int threads)
    {
        await arena.FillAsync("bench", 0, Keys, ValueSize);
        return
        [
            new Contender("bare SQLite", (operations, _) =>
            {
                for (var i = 0L; i < operations; i++)
                {
                    arena.Bare.Get(KeyOf(i));
                }

                return Task.CompletedTask;
            }),
            new Contender("store", (operations, _) => Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(async () =>
            {
                for (var i = (long)thread; i < operations; i += threads)
                {
                    await arena.Store.GetAsync(KeyOf(i));
                }
            })))),
        ];
    }

    private static async Task<IReadOnlyList<Contender>> ListAsync(EmbeddedArena arena, int keys, int valueSize)
    {
        var directory = $"list{keys}";
        await arena.FillAsync(directory, 0, keys, valueSize);
        return
        [
            new Contender("bare SQLite", (operations, _) =>
            {
                for (var i = 0L; i < operations; i++)
                {
                    Require(arena.Bare.List(directory), keys);
                }

                return Task.CompletedTask;
            }) { UnitsPerOperation = keys },
            new Contender("store", async (operations, _) =>
            {
                for (var i = 0L; i < operations; i++)
                {
                    var count = 0L;
                    await foreach (var pair in arena.Store.ListAsync(directory))
                    {
                        count += pair.Key.Length > 0 ? 1 : 0;
                    }

                    Require(count, keys);
                }
            }) { UnitsPerOperation = keys },
        ];
    }

    private static async Task<IReadOnlyList<Contender>> ImportAsync(EmbeddedArena arena)
    {
        var shell = await ModuleShell.FindAsync();
        var value = Arena.Value(ValueSize);
        return
        [
            new Contender("bare SQLite", (operations, meter) =>
            {
                var batches = Enumerable.Range(0, (int)operations).Select(i => Arena.KeyOf("bench", i)).Chunk(EmbeddedArena.PutsPerBatch).ToList();
                using var bare = new BareSqlite(arena.NewFile());
                meter.Restart();
                batches.ForEach(keys => bare.Fill(keys, value));
                meter.Pause();
                return Task.CompletedTask;
            }) { FixedOperations = Imported },
            new Contender($"store, {InFlightInLibrary} puts in flight", async (operations, meter) =>
            {
                await using var store = EmbeddedStore.Open(arena.NewFile());
                await store.PingAsync();
                meter.Restart();
                await InFlight.RunAsync(InFlightInLibrary, operations, async i => await store.PutAsync(Arena.KeyOf("bench", i), value));
                meter.Pause();
            }) { FixedOperations = Imported },
            new Contender("store, KvBatchWriter", async (operations, meter) =>
            {
                await using var store = EmbeddedStore.Open(arena.NewFile());
                await store.PingAsync();
                var writer = new KvBatchWriter(store);
                meter.Restart();
                await InFlight.RunAsync(InFlightInLibrary * 2, operations, async i => await writer.PutAsync(Arena.KeyOf("bench", i), value));
                meter.Pause();
            }) { FixedOperations = Imported },
            new Contender("Import-KvTree", async (operations, meter) =>
                meter.Tell(await shell.MeasureAsync("import.ps1", "embedded:" + arena.NewFile(), "bench", $"{operations}", $"{ValueSize}"))) { FixedOperations = Imported, OtherProcess = true },
        ];
    }

    private static void Require(long count, long expected)
    {
        if (count != expected)
        {
            throw new InvalidDataException($"{count} keys were listed instead of {expected}.");
        }
    }
}
