using System.Diagnostics;

namespace Valkeyrie.Bench.Measuring;

/// <summary>The medians of one contender over all rounds of a row.</summary>
/// <param name="Contender">The name of the contender.</param>
/// <param name="Median">The median of each figure.</param>
/// <param name="Ratio">The median over the rounds of its rate divided by the first contender's rate in the same round.</param>
/// <param name="Samples">Its samples, one for each round.</param>
internal sealed record Standing(Contender Contender, Sample Median, double Ratio, IReadOnlyList<Sample> Samples);

/// <summary>Measures the contenders of a row in turn, round by round, so a slowdown of the machine affects all of them equally.</summary>
internal static class Rounds
{
    private const long FirstGuess = 20;

    public static async Task<IReadOnlyList<Standing>> MeasureAsync(IReadOnlyList<Contender> contenders, BenchOptions options)
    {
        var operations = new long[contenders.Count];
        for (var i = 0; i < contenders.Count; i++)
        {
            operations[i] = await CalibrateAsync(contenders[i], options.SampleTime);
        }

        var samples = contenders.Select(_ => new List<Sample>()).ToArray();
        for (var round = 0; round < options.Rounds; round++)
        {
            // Each round begins with another contender, so the effects of one do not always hit the same next one.
            for (var turn = 0; turn < contenders.Count; turn++)
            {
                var i = (round + turn) % contenders.Count;
                samples[i].Add(await SampleAsync(contenders[i], operations[i]));
            }
        }

        return [.. contenders.Select((contender, i) => new Standing(contender, MedianOf(samples[i]), Ratio(samples[i], samples[0]), samples[i]))];
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static async Task<long> CalibrateAsync(Contender contender, TimeSpan sampleTime)
    {
        if (contender.FixedOperations > 0)
        {
            for (var i = 0; i < contender.WarmUps; i++)
            {
                await SampleAsync(contender, contender.FixedOperations);
            }

            return contender.FixedOperations;
        }

        // Grows until a sample fills its time, which also compiles the code completely.
        for (var operations = contender.OtherProcess ? 1 : FirstGuess; ;)
        {
            var started = Stopwatch.GetTimestamp();
            await SampleAsync(contender, operations);
            var share = Stopwatch.GetElapsedTime(started) / sampleTime;
            if (share > 0.7)
            {
                return operations;
            }

            operations = (long)Math.Ceiling(operations * Math.Min(10, 1.1 / share));
        }
    }

    private static async Task<Sample> SampleAsync(Contender contender, long operations)
    {
        // No contender collects the garbage of another.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var meter = new Meter(contender.MeasuresChildren);
        meter.Restart();
        await contender.RunAsync(operations, meter);
        return meter.Stop(operations * contender.UnitsPerOperation);
    }

    private static Sample MedianOf(List<Sample> samples) => new(
        Median(samples.Select(s => s.Rate)),
        Median(samples.Select(s => s.ProcessorMicroseconds)),
        Median(samples.Select(s => s.AllocatedBytes)));

    private static double Ratio(List<Sample> samples, List<Sample> first) => Median(samples.Zip(first, (one, other) => one.Rate / other.Rate));
}
