using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Valkeyrie.Tests.Rigs;

/// <summary>One run under faults: its seed, what is written down of it, and what is said when it shows something wrong.</summary>
/// <param name="name">What kind of run it is.</param>
/// <param name="seed">What its faults and its workload follow from.</param>
/// <param name="folder">Where its history goes should it show something wrong; null for the folder for temporary files.</param>
internal sealed class FaultRun(string name, int seed, string? folder = null)
{
    /// <summary>Names the seed of the runs in the normal tests.</summary>
    public const string SeedVariable = "VALKEYRIE_SEED";

    private const int MostShown = 5;

    private readonly ConcurrentQueue<string> _log = new();

    /// <summary>The seed of the normal tests: that of the variable, else always the same.</summary>
    public static int DefaultSeed { get; } =
        Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 1;

    public int Seed => seed;

    /// <summary>Writes a line down, with its time.</summary>
    public void Log(object line) => _log.Enqueue($"{Stopwatch.GetTimestamp()} {line}");

    /// <summary>Lets the cluster suffer faults one after the other.</summary>
    public async Task SufferAsync(FaultyCluster cluster, IEnumerable<Fault> faults)
    {
        foreach (var fault in faults)
        {
            Log(fault);
            await cluster.SufferAsync(fault);
            await Task.Delay(fault.Pause);
        }
    }

    /// <summary>Ends the run with an error that tells the seed and where the history is, if something is wrong.</summary>
    /// <param name="wrong">What is wrong.</param>
    /// <param name="history">What was recorded, line by line.</param>
    public void ThrowIfAny(IEnumerable<string> wrong, IEnumerable<object> history)
    {
        var all = wrong.ToList();
        if (all.Count == 0)
        {
            return;
        }

        var file = Path.Combine(folder ?? Path.GetTempPath(), $"valkeyrie-{name}-seed-{seed}-{Guid.NewGuid():n}.txt");
        File.WriteAllLines(file, [.. all, "", "Faults:", .. _log, "", "History:", .. history.Select(h => $"{h}")]);
        throw new FaultsFoundException(
            $"The run '{name}' of seed {seed} ({SeedVariable}={seed} repeats it) shows {all.Count} faults; the history is in {file}.\n"
            + string.Join('\n', all.Take(MostShown)));
    }
}

/// <summary>A run under faults showed what must not be.</summary>
#pragma warning disable CA1032, CA1064 // made in one place, with all it needs, and never caught by its type
internal sealed class FaultsFoundException(string message) : Exception(message);
#pragma warning restore CA1032, CA1064
