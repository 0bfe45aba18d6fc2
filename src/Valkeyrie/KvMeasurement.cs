using System.Diagnostics;
using System.Globalization;

namespace Valkeyrie;

/// <summary>The speed of calls of one kind.</summary>
/// <param name="Operation">The kind: <c>Put</c> or <c>Get</c>.</param>
/// <param name="Store">The store's address.</param>
public sealed record KvMeasurement(string Operation, string Store) : IFormattable
{
    internal const int MostCalls = 1_000_000;
    internal const int MostAtOnce = 4096;

    // The maximum number of keys in the scratch directory, regardless of the number of calls.
    private const int MostKeys = 1000;

    // If the store has just become slow or unreachable, stopping the measurement must not take long.
    private static readonly TimeSpan RemovalPatience = TimeSpan.FromSeconds(10);

    /// <summary>The number of calls.</summary>
    public int Calls { get; init; }

    /// <summary>The number of concurrent calls.</summary>
    public int CallsAtOnce { get; init; }

    /// <summary>The size of each value in bytes.</summary>
    public int ValueSize { get; init; }

    /// <summary>The total duration of the calls.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The number of calls per second.</summary>
    public double Rate => Duration > TimeSpan.Zero ? Calls / Duration.TotalSeconds : 0;

    /// <summary>The shortest latency of a call.</summary>
    public TimeSpan Fastest { get; init; }

    /// <summary>The latency within which half of the calls ended.</summary>
    public TimeSpan Median { get; init; }

    /// <summary>The latency within which 90% of the calls ended.</summary>
    public TimeSpan Percentile90 { get; init; }

    /// <summary>The latency within which 99% of the calls ended.</summary>
    public TimeSpan Percentile99 { get; init; }

    /// <summary>The longest latency of a call.</summary>
    public TimeSpan Slowest { get; init; }

    /// <summary>Measures the speed of writes, then of linearizable reads, with single calls. The keys are in a scratch directory, which is removed at the end,
    /// also after an error.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">The extent of the measurement; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the measurement early. The scratch directory is removed before the cancellation is reported.</param>
    /// <returns>The measurement of the writes, then of the reads.</returns>
    /// <exception cref="KvInvalidArgumentException">An option is not valid.</exception>
    /// <exception cref="KvException">A call failed.</exception>
    public static async ValueTask<IReadOnlyList<KvMeasurement>> TakeAsync(
        IKvStore store, KvMeasureOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        options ??= new KvMeasureOptions();
        options.Check();
        var scratch = $"{(options.Directory is null ? "" : options.Directory.TrimEnd(KeyRules.Separator) + KeyRules.Separator)}valkeyrie-measure-{Guid.NewGuid():n}";
        var value = new byte[options.ValueSize];
        Array.Fill(value, (byte)'v');
        var ended = 0;

        // An abandoned put could reach the server after the removal, so a stop lets the calls under way end.
        using var calls = new CancellationTokenSource();
        await using var stop = cancellationToken.Register(() => calls.CancelAfter(RemovalPatience)).ConfigureAwait(false);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();

            // The first call also connects, and the first call of a kind is also compiled, so neither is measured.
            await store.PutAsync(KeyOf(scratch, 0), value, null, calls.Token).ConfigureAwait(false);
            await store.GetAsync(KeyOf(scratch, 0), null, calls.Token).ConfigureAwait(false);
            var puts = await RunAsync("Put", async number => await store.PutAsync(KeyOf(scratch, number), value, null, calls.Token).ConfigureAwait(false)).ConfigureAwait(false);
            var keys = Math.Min(puts.Calls, MostKeys);
            var gets = await RunAsync("Get", async number => await store.GetAsync(KeyOf(scratch, number % keys), null, calls.Token).ConfigureAwait(false)).ConfigureAwait(false);
            return [puts, gets];
        }
        finally
        {
            // Not with the caller's token, which may already be cancelled.
            using var patience = new CancellationTokenSource(RemovalPatience);
            await RemoveAsync(store, scratch, patience.Token).ConfigureAwait(false);
        }

        async ValueTask<KvMeasurement> RunAsync(string operation, Func<int, Task> call)
        {
            var failed = false;
            var latencies = new long[options.Count];
            var (begun, made) = (0, 0);
            var beganAt = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, options.CallsAtOnce).Select(_ => Task.Run(CallerAsync, CancellationToken.None))).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return Of(operation, store.Info.Address, options, Stopwatch.GetElapsedTime(beganAt), latencies.AsSpan(0, made));

            async Task CallerAsync()
            {
                // At least one call, even if the time is very short. Every number that is taken is used, because the reads rely on the keys before it.
                while (!cancellationToken.IsCancellationRequested
                    && !Volatile.Read(ref failed)
                    && (Volatile.Read(ref begun) == 0 || Stopwatch.GetElapsedTime(beganAt) < options.Timeout)
                    && Interlocked.Increment(ref begun) is var number && number <= options.Count)
                {
                    var at = Stopwatch.GetTimestamp();
                    try
                    {
                        await call(number - 1).ConfigureAwait(false);
                    }
                    catch
                    {
                        // Stops the other loops.
                        Volatile.Write(ref failed, true);
                        throw;
                    }

                    latencies[Interlocked.Increment(ref made) - 1] = Stopwatch.GetElapsedTime(at).Ticks;
                    options.Progress?.Invoke(Interlocked.Increment(ref ended));
                }
            }
        }
    }

    /// <summary>Formats a part of the measurement as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>operation</c>, <c>store</c>, <c>rate</c> for whole calls per second, or <c>fastest</c>, <c>median</c>, <c>90</c>, <c>99</c> and
    /// <c>slowest</c> for a time in milliseconds; null, empty or <c>G</c> for the operation with rate and median.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => $"{VisibleText.Of(Operation)}: {Whole(Rate)}/s, median {Milliseconds(Median)} ms",
        "operation" => VisibleText.Of(Operation),
        "store" => VisibleText.Of(Store),
        "rate" => Whole(Rate),
        "fastest" => Milliseconds(Fastest),
        "median" => Milliseconds(Median),
        "90" => Milliseconds(Percentile90),
        "99" => Milliseconds(Percentile99),
        "slowest" => Milliseconds(Slowest),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a measurement. Use operation, store, rate, fastest, median, 90, 99 or slowest."),
    };

    /// <summary>Summarizes latencies. A percentile is the nearest rank, so always a measured latency.</summary>
    internal static KvMeasurement Of(string operation, string store, KvMeasureOptions options, TimeSpan duration, Span<long> latencies)
    {
        latencies.Sort();
        return new KvMeasurement(operation, store)
        {
            Calls = latencies.Length,
            CallsAtOnce = options.CallsAtOnce,
            ValueSize = options.ValueSize,
            Duration = duration,
            Fastest = Rank(latencies, 0),
            Median = Rank(latencies, 50),
            Percentile90 = Rank(latencies, 90),
            Percentile99 = Rank(latencies, 99),
            Slowest = Rank(latencies, 100),
        };
    }

    private static TimeSpan Rank(ReadOnlySpan<long> sorted, int percent) =>
        sorted.IsEmpty ? TimeSpan.Zero : TimeSpan.FromTicks(sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * (percent / 100.0)) - 1)]);

    private static string KeyOf(string scratch, int number) => string.Create(CultureInfo.InvariantCulture, $"{scratch}/{number % MostKeys}");

    private static string Whole(double rate) => rate.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.000", CultureInfo.InvariantCulture);

    private static async ValueTask RemoveAsync(IKvStore store, string scratch, CancellationToken cancellationToken)
    {
        try
        {
            await store.TryDeleteTreeAsync(KvRange.Directory(scratch), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw new KvTimeoutException($"The scratch directory '{scratch}' could not be removed in time. Remove it yourself.", e) { Key = scratch, Endpoint = store.Info.Address };
        }
    }
}
