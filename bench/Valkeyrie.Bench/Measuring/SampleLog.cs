using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Valkeyrie.Bench.Measuring;

/// <summary>Writes every sample of a run to a file, because a table contains only medians.</summary>
/// <param name="server">The server or engine, such as "etcd 3.5.16".</param>
/// <param name="rounds">The number of rounds.</param>
internal sealed class SampleLog(string server, int rounds)
{
    private const string ProcessorField = "model name";

    private static readonly JsonSerializerOptions Layout = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    private readonly List<object> _rows = [];

    public void Add(Row row, IReadOnlyList<Standing> standings) => _rows.Add(new
    {
        row.Name,
        row.Title,
        row.Unit,
        Contenders = standings.Select(standing => new
        {
            standing.Contender.Name,
            standing.Contender.OtherProcess,
            standing.Ratio,
            Rates = standing.Samples.Select(sample => Math.Round(sample.Rate, 1)),
            ProcessorMicroseconds = standing.Samples.Select(sample => Math.Round(sample.ProcessorMicroseconds, 3)),
            AllocatedBytes = standing.Samples.Select(sample => Math.Round(sample.AllocatedBytes)),
        }),
    });

    /// <summary>Adds a row whose contenders were measured at several sizes.</summary>
    /// <param name="name">The name of the row on the command line.</param>
    /// <param name="figures">The measured figures, each with its samples.</param>
    public void AddGrowth(string name, IEnumerable<object> figures) => _rows.Add(new { Name = name, Growth = figures });

    public void Write(string file) => File.WriteAllText(file, JsonSerializer.Serialize(
        new
        {
            Server = server,
            Program = typeof(KvStore).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            Runtime = RuntimeInformation.FrameworkDescription,
            System = RuntimeInformation.RuntimeIdentifier,
            Processor = FindProcessor(),
            Processors = Environment.ProcessorCount,
            Rounds = rounds,
            Rows = _rows,
        },
        Layout) + "\n");

    // Only Linux has a file with the name of the processor.
    private static string FindProcessor()
    {
        var line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith(ProcessorField, StringComparison.Ordinal)) : null;
        return line is null ? $"{RuntimeInformation.ProcessArchitecture}" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
