using System.Diagnostics;

namespace Valkeyrie.Bench.Measuring;

/// <summary>Time, processor time and allocated bytes of this process between two moments.</summary>
internal sealed class Meter
{
    private readonly Process _self = Process.GetCurrentProcess();
    private long _started;
    private TimeSpan _processorTime;
    private long _allocated;
    private TimeSpan? _told;
    private (TimeSpan Elapsed, TimeSpan ProcessorTime, long Allocated)? _used;

    /// <summary>Forgets what has been measured so far and begins here.</summary>
    public void Restart()
    {
        _used = null;
        _allocated = GC.GetTotalAllocatedBytes(precise: true);
        _processorTime = ProcessorTime();
        _started = Stopwatch.GetTimestamp();
    }

    /// <summary>Takes a time that another process has measured in place of our own.</summary>
    public void Tell(TimeSpan elapsed) => _told = elapsed;

    /// <summary>Ends the measurement here: what is tidied up afterwards does not count.</summary>
    public void Pause() => _used ??= (Stopwatch.GetElapsedTime(_started), ProcessorTime() - _processorTime, GC.GetTotalAllocatedBytes(precise: true) - _allocated);

    /// <summary>What was used since the start, for each of so many units.</summary>
    public Sample Stop(long units)
    {
        Pause();
        var (elapsed, processorTime, allocated) = _used!.Value;
        return new(units / (_told ?? elapsed).TotalSeconds, processorTime.TotalMicroseconds / units, (double)allocated / units);
    }

    private TimeSpan ProcessorTime()
    {
        _self.Refresh();
        return _self.TotalProcessorTime;
    }
}

/// <summary>One sample of one contender.</summary>
/// <param name="Rate">Units a second.</param>
/// <param name="ProcessorMicroseconds">Processor time of this process for each unit.</param>
/// <param name="AllocatedBytes">Bytes allocated in this process for each unit.</param>
internal readonly record struct Sample(double Rate, double ProcessorMicroseconds, double AllocatedBytes);
