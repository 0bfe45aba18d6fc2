using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Valkeyrie.Tests.Rigs;

/// <summary>One run under faults: its seed, its record, and its report if it finds a violation.</summary>
/// <param name="name">The kind of the run.</param>
/// <param name="seed">Determines its faults and its workload.</param>
/// <param name="folder">The folder for its history if it finds a violation; null for the folder for temporary files.</param>
internal sealed class FaultRun(string name, int seed, string? folder = null)
{
    /// <summary>The variable with the seed of the runs in the normal tests.</summary>
    public const string SeedVariable = "VALKEYRIE_SEED";

    private const int MostShown = 5;

    private readonly ConcurrentQueue<string> _log = new();

    /// <summary>The seed of the normal tests: that of the variable, or a constant.</summary>
    public static int DefaultSeed { get; } =
        Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 1;

    public int Seed => seed;

    /// <summary>Records a line with its time.</summary>
    public void Log(object line) => _log.Enqueue($"{Stopwatch.GetTimestamp()} {line}");

    /// <summary>Applies faults to the cluster one after another.</summary>
    public async Task SufferAsync(FaultyCluster cluster, IEnumerable<Fault> faults)
    {
        foreach (var fault in faults)
        {
            Log(fault);
            await cluster.SufferAsync(fault);
            await Task.Delay(fault.Pause);
        }
    }

    /// <summary>If there are violations, ends the run with an error that contains the seed and the path of the history.</summary>
    /// <param name="wrong">The violations.</param>
    /// <param name="history">The record, line by line.</param>
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

/// <summary>A run under faults found a violation.</summary>
#pragma warning disable CA1032, CA1064 // made in one place, with all it needs, and never caught by its type
internal sealed class FaultsFoundException(string message) : Exception(message);
#pragma warning restore CA1032, CA1064
