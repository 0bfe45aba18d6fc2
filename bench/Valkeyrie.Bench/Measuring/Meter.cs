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

    /// <summary>Forgets what has been measured so far and begins here.</summary>
    public void Restart()
    {
        _allocated = GC.GetTotalAllocatedBytes(precise: true);
        _processorTime = ProcessorTime();
        _started = Stopwatch.GetTimestamp();
    }

    /// <summary>Takes a time that another process has measured in place of our own.</summary>
    public void Tell(TimeSpan elapsed) => _told = elapsed;

    /// <summary>What was used since the start, for each of so many units.</summary>
    public Sample Stop(long units)
    {
        var elapsed = _told ?? Stopwatch.GetElapsedTime(_started);
        var processorTime = ProcessorTime() - _processorTime;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocated;
        return new(units / elapsed.TotalSeconds, processorTime.TotalMicroseconds / units, (double)allocated / units);
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
