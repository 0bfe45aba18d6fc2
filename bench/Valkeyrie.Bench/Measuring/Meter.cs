using System.Diagnostics;

namespace Valkeyrie.Bench.Measuring;

/// <summary>Time, processor time and allocated bytes of this process between two moments.</summary>
/// <param name="ofChildren">True to measure the processor time of the child processes that have ended in between, instead of our own.</param>
internal sealed class Meter(bool ofChildren = false)
{
    private readonly Process _self = Process.GetCurrentProcess();
    private long _started;
    private TimeSpan _processorTime;
    private long _allocated;
    private TimeSpan? _told;
    private (TimeSpan Elapsed, TimeSpan ProcessorTime, long Allocated)? _used;

    /// <summary>Discards the measurement so far and starts again.</summary>
    public void Restart()
    {
        _used = null;
        _allocated = GC.GetTotalAllocatedBytes(precise: true);
        _processorTime = ProcessorTime();
        _started = Stopwatch.GetTimestamp();
    }

    /// <summary>Uses a time that another process has measured instead of our own.</summary>
    public void Tell(TimeSpan elapsed) => _told = elapsed;

    /// <summary>Ends the measurement, so the cleanup does not count.</summary>
    public void Pause() => _used ??= (Stopwatch.GetElapsedTime(_started), ProcessorTime() - _processorTime, GC.GetTotalAllocatedBytes(precise: true) - _allocated);

    /// <summary>Gets the usage since the start per unit.</summary>
    public Sample Stop(long units)
    {
        Pause();
        var (elapsed, processorTime, allocated) = _used!.Value;
        return new(units / (_told ?? elapsed).TotalSeconds, processorTime.TotalMicroseconds / units, (double)allocated / units);
    }

    private TimeSpan ProcessorTime()
    {
        if (ofChildren)
        {
            return EndedChildren.ProcessorTime();
        }

        _self.Refresh();
        return _self.TotalProcessorTime;
    }
}

/// <summary>One sample of one contender.</summary>
/// <param name="Rate">Units per second.</param>
/// <param name="ProcessorMicroseconds">Processor time of this process, or of its children, per unit.</param>
/// <param name="AllocatedBytes">Bytes allocated in this process per unit.</param>
internal readonly record struct Sample(double Rate, double ProcessorMicroseconds, double AllocatedBytes);
