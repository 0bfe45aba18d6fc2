using System.Runtime.InteropServices;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Embedded;

/// <summary>Measures the embedded store against a bare loop of Microsoft.Data.Sqlite with the same settings, both on files in one folder.</summary>
internal static class EmbeddedBench
{
    /// <summary>Marks a command line for this benchmark.</summary>
    public const string Mark = "embedded";

    private const string FolderOption = "--folder";

    private const string Usage = """
        Usage: bench embedded [ROW ...] [OPTION ...]

        Rows (default: all):
        {0}

        Options:
          --folder PATH     the folder of the files, to choose the disk (the temporary folder)
          --rounds N        rounds per row; the figures are their medians (5)
          --seconds S       the duration of one sample (0.7)
          --json FILE       also write every sample of every round to FILE
        """;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        BenchOptions options;
        var folder = Path.GetTempPath();
        try
        {
            var rest = arguments.ToList();
            if (rest.IndexOf(FolderOption) is >= 0 and var at)
            {
                folder = at + 1 < rest.Count ? rest[at + 1] : throw new FormatException($"The option '{FolderOption}' requires a value.");
                rest.RemoveRange(at, 2);
            }

            options = BenchOptions.Parse(rest);
            string[] known = [.. EmbeddedRow.All.Select(r => r.Name), EmbeddedGrowth.Name, EmbeddedMemory.Name];
            if (options.Rows.FirstOrDefault(row => !known.Contains(row)) is { } unknown)
            {
                throw new FormatException($"There is no row '{unknown}'.");
            }
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync(e.Message + " See bench embedded --help.");
            return 2;
        }

        if (options.Help)
        {
            var rows = EmbeddedRow.All.Select(r => $"  {r.Name,-16}  {r.Title}")
                .Append($"  {EmbeddedGrowth.Name,-16}  {EmbeddedGrowth.Title}").Append($"  {EmbeddedMemory.Name,-16}  {EmbeddedMemory.Title}");
            Console.WriteLine(Usage.Replace("{0}", string.Join('\n', rows), StringComparison.Ordinal));
            return 0;
        }

        await MeasureAsync(options, folder);
        return 0;
    }

    private static async Task MeasureAsync(BenchOptions options, string folder)
    {
        SampleLog? log = null;
        foreach (var row in EmbeddedRow.All.Where(r => IsAskedFor(r.Name)))
        {
            await using var arena = new EmbeddedArena(folder);
            if (log is null)
            {
                var status = await arena.Store.PingAsync();
                Console.WriteLine($"{status.Version}, {RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} processors; medians of {options.Rounds} interleaved rounds");
                Console.WriteLine($"files in {folder}, where writing a page and syncing it to the disk takes {Report.Number(arena.MeasureSync(), "#,0")} us");
                log = new SampleLog(status.Version, options.Rounds);
            }

            var standings = await Rounds.MeasureAsync(await row.PrepareAsync(arena), options);
            Report.Write(row, standings);
            log.Add(row, standings);
        }

        if (options.Json is { } file)
        {
            log?.Write(file);
        }

        if (IsAskedFor(EmbeddedGrowth.Name))
        {
            await EmbeddedGrowth.RunAsync(folder, options);
        }

        if (IsAskedFor(EmbeddedMemory.Name))
        {
            await EmbeddedMemory.RunAsync(folder);
        }

        bool IsAskedFor(string row) => options.Rows.Count == 0 || options.Rows.Contains(row);
    }
}
