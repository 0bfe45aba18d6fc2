using System.Diagnostics;

namespace Valkeyrie.Tests.Rigs;

/// <summary>Measures the delay of this process: the maximum by which short waits took longer than intended. Limits of time are extended
/// by it, so a busy machine fails no test, but a late call does.</summary>
internal sealed class LagMeter : IAsyncDisposable
{
    // A timeout is a timer, some work and a few transfers to the pool, each of which can be late.
    private const int Handovers = 4;

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _measuring;
    private long _longest;

    public LagMeter() => _measuring = Task.Run(MeasureAsync);

    /// <summary>The allowed delay of something that must have ended by now.</summary>
    public TimeSpan Allowance => Least + (Handovers * TimeSpan.FromTicks(Volatile.Read(ref _longest)));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _measuring;
        _stop.Dispose();
    }

    private async Task MeasureAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            await Task.Delay(Wait, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Volatile.Write(ref _longest, Math.Max(_longest, (Stopwatch.GetElapsedTime(began) - Wait).Ticks));
        }
    }
}
