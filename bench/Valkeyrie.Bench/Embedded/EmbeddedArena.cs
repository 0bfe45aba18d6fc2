using System.Diagnostics;
using Valkeyrie.Bench.Measuring;
using Valkeyrie.Embedded;

namespace Valkeyrie.Bench.Embedded;

/// <summary>A folder with the files of both contenders.</summary>
internal sealed class EmbeddedArena : IAsyncDisposable
{
    private const int PutsPerTransaction = 2_000;

    private readonly string _folder;

    public EmbeddedArena(string parent)
    {
        _folder = Path.Combine(parent, "valkeyrie-bench-" + Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(_folder);
        Bare = new BareSqlite(BareFile);
        Store = EmbeddedStore.Open(StoreFile);
    }

    /// <summary>The number of puts that <see cref="KvBatchWriter"/>, and therefore an import, groups into one transaction.</summary>
    public const int PutsPerBatch = 128;

    public string BareFile => Path.Combine(_folder, "bare.db");

    public string StoreFile => Path.Combine(_folder, "store.db");

    public BareSqlite Bare { get; }

    public IKvStore Store { get; }

    /// <summary>Writes keys of consecutive numbers to both.</summary>
    public async Task FillAsync(string directory, long from, long to, int valueSize)
    {
        var value = Arena.Value(valueSize);
        var transactions = Store.GetCapability<IKvTransactions>();
        for (var first = from; first < to; first += PutsPerTransaction)
        {
            string[] keys = [.. Enumerable.Range(0, (int)Math.Min(PutsPerTransaction, to - first)).Select(i => Arena.KeyOf(directory, first + i))];
            Bare.Fill(keys, value);
            await transactions.CommitAsync(new KvTransaction { Then = [.. keys.Select(k => new KvOperation.Put(k, value))] });
        }
    }

    /// <summary>Gets the name of a file that does not exist yet.</summary>
    public string NewFile() => Path.Combine(_folder, Guid.NewGuid().ToString("n") + ".db");

    /// <summary>Measures how long it takes to overwrite a page durably, as in a log, in microseconds.</summary>
    public double MeasureSync()
    {
        var page = new byte[4096];
        var times = new List<double>();
        using var file = new FileStream(Path.Combine(_folder, "sync"), FileMode.Create, FileAccess.Write, FileShare.None, 1);
        for (var i = 0; i < 400; i++)
        {
            file.Position = i % 200 * page.Length;
            var started = Stopwatch.GetTimestamp();
            file.Write(page);
            file.Flush(flushToDisk: true);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }

        // The first half extended the file, which takes longer.
        return Rounds.Median(times.Skip(200));
    }

    public async ValueTask DisposeAsync()
    {
        Bare.Dispose();
        await Store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
