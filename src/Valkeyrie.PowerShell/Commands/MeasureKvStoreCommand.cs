using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Measures the speed of writes and reads in a scratch directory that is removed afterwards.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "KvStore", SupportsShouldProcess = true)]
[OutputType(typeof(KvMeasurement))]
public sealed class MeasureKvStoreCommand : KvStoreCmdlet
{
    // A stopping pipeline waits at most this long for the removal of the scratch directory, which then continues in the background.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private static readonly KvMeasureOptions Defaults = new();

    /// <summary>The directory for the scratch directory, which you must be allowed to write. Default: the root of the store.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string? Path { get; set; }

    /// <summary>The maximum number of writes, and of reads. Default: 1000.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    public int Count { get; set; } = Defaults.Count;

    /// <summary>The maximum duration of the writes, and of the reads: a TimeSpan or seconds. Default: 10 seconds.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [Duration(ShortestMilliseconds = 1)]
    public TimeSpan Timeout { get; set; } = Defaults.Timeout;

    /// <summary>The size of each value in bytes. Default: 256.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int ValueSize { get; set; } = Defaults.ValueSize;

    /// <summary>The number of calls in flight. Default: 1, which shows the latency; a larger number shows the throughput.</summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    public int ThrottleLimit { get; set; } = Defaults.CallsAtOnce;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (!ShouldProcess(Target.Info.Address, $"Write and read up to {Count} values of {ValueSize} bytes in a scratch directory, and remove it"))
        {
            return;
        }

        var ended = 0;
        using var progress = Show($"Measure {Target.Info.Address}", _ => new($"{Volatile.Read(ref ended)} calls", Percent: (int)(ended * 50L / Count)));
        WriteObject(OrFail(Path ?? Target.Info.Address, () => Measure(count => Volatile.Write(ref ended, count))), enumerateCollection: true);
    }

    private IReadOnlyList<KvMeasurement> Measure(Action<int> progress)
    {
        var options = new KvMeasureOptions
        {
            Directory = Path,
            Count = Count,
            Timeout = Timeout,
            ValueSize = ValueSize,
            CallsAtOnce = ThrottleLimit,
            Progress = progress,
        };
        var measuring = KvMeasurement.TakeAsync(Target, options, StopToken).AsTask();
        try
        {
            WaitFor(measuring);
            return Result(measuring);
        }
        catch (PipelineStoppedException)
        {
            // If the process ended now, the scratch directory would remain.
            Task.WaitAny([measuring], EndPatience);
            throw;
        }
    }
}
