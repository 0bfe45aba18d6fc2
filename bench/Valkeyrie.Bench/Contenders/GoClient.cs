using System.Diagnostics;
using System.Globalization;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Contenders;

/// <summary>A program on etcd's own Go client, which VALKEYRIE_GO_CLIENT names. It measures itself, so its start does not count.</summary>
/// <remarks>It is called with WORK ENDPOINT DIRECTORY KEYS VALUESIZE WIDTH OPERATIONS, where WORK is put, get or list; keys are DIRECTORY/ and eight digits. It warms up, does the work
/// and prints the duration in milliseconds.</remarks>
internal sealed class GoClient(string program, string endpoint)
{
    public const string Name = "go";

    /// <summary>The program in the variable; null if it is not set.</summary>
    public static GoClient? Find(string endpoint) =>
        Environment.GetEnvironmentVariable("VALKEYRIE_GO_CLIENT") is { Length: > 0 } program ? new(program, endpoint) : null;

    /// <summary>The contender for a row.</summary>
    public Contender Contend(string work, string directory, long keys, int valueSize, int width) => new("etcd's Go client", async (n, meter) =>
    {
        long[] numbers = [keys, valueSize, width, n];
        var start = new ProcessStartInfo(program, [work, endpoint, directory, .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        meter.Tell(process.ExitCode == 0
            ? TimeSpan.FromMilliseconds(double.Parse(output, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"The Go client ended with exit code {process.ExitCode}."));
    })
    { OtherProcess = true };
}
