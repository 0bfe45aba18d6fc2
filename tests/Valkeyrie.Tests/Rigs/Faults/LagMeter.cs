using System.Diagnostics;

namespace Valkeyrie.Tests.Rigs;

/// <summary>Tells by how much this process is late: the most by which short waits took longer than they were to. What is judged by the clock gets
/// that on top, so that a busy machine fails no test and a call that is late by itself does.</summary>
internal sealed class LagMeter : IAsyncDisposable
{
    // A timeout is a timer, some work and a few hand-overs to the pool, each of which may be late.
    private const int Handovers = 4;

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _measuring;
    private long _longest;

    public LagMeter() => _measuring = Task.Run(MeasureAsync);

    /// <summary>How late something may be that was to end by now.</summary>
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
