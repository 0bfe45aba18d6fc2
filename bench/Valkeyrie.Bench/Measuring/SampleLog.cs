using System.Runtime.InteropServices;
using System.Text.Json;

namespace Valkeyrie.Bench.Measuring;

/// <summary>Every sample of a run, for a file: what a table of medians leaves out.</summary>
/// <param name="server">The server, such as "etcd 3.5.16".</param>
internal sealed class SampleLog(string server)
{
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

    public void Write(string file) => File.WriteAllText(file, JsonSerializer.Serialize(
        new
        {
            Server = server,
            Runtime = RuntimeInformation.FrameworkDescription,
            Processors = Environment.ProcessorCount,
            Rows = _rows,
        },
        Layout) + "\n");
}
