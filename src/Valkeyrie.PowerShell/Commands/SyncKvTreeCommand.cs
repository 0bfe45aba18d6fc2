using System.Diagnostics;
using System.Management.Automation;
using System.Threading.Channels;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Files;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Mirrors a directory, or the whole store, in one direction: copies it once, then applies every change until the command is stopped.</summary>
[Cmdlet(VerbsData.Sync, "KvTree", DefaultParameterSetName = RangeArgument.PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(KvTreeMirrorStatus))]
public sealed class SyncKvTreeCommand : KvPruningCmdlet
{
    private const string AllSet = "All";

    // A stopped mirror waits up to two seconds for writes in flight, then saves its state.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private IKvStore? _other;
    private MirrorStateFile? _file;
    private bool _hasState;
    private KvTreeMirrorPhase? _last;
    private long _awaySince;

    /// <summary>The source directory: <c>app</c> means the keys that start with <c>app/</c>.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Mandatory = true, Position = 0)]
    [Alias("Source")]
    [AllowEmptyString]
    [TextOf("Path")]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string Path { get; set; } = "";

    /// <summary>Mirror all keys of the store, or of its namespace.</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>The destination directory, which does not have to exist. Default: the same path as in the source.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Position = 1)]
    [Parameter(ParameterSetName = AllSet, Position = 0)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string Destination { get; set; } = "";

    /// <summary>The destination store: the output of Connect-KvStore, the name of an open store, or any IKvStore. Default: the source store.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public object? DestinationStore { get; set; }

    /// <summary>A file with the state of the mirror, from which the next run continues. It is created if it does not exist. Default: none, so each run compares
    /// all keys.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StatePath { get; set; }

    /// <summary>Let keys expire in the destination as in the source, with separate leases. Default: the written keys do not expire.</summary>
    [Parameter]
    public SwitchParameter IncludeTtl { get; set; }

    /// <summary>End when the destination matches the source.</summary>
    [Parameter]
    public SwitchParameter Once { get; set; }

    /// <summary>End without an error after this time: a TimeSpan or seconds. Default: without a limit.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Continue if the source has another history than before, for example because it was restored or emptied.</summary>
    [Parameter]
    public SwitchParameter AcceptNewHistory { get; set; }

    /// <summary>Emit the status of the mirror when it begins to follow, loses a store or compares again, and at the end.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        _other = StoreOf(nameof(DestinationStore), DestinationStore);

        if (Timeout <= TimeSpan.Zero || Timeout?.TotalMilliseconds > int.MaxValue)
        {
            Fail(ErrorRecords.InvalidArgument($"The timeout must be greater than zero and at most 24 days; it is {Timeout}. Omit it to mirror until you stop the command."));
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == AllSet && !All)
        {
            Fail(ErrorRecords.InvalidArgument("Specify what to mirror: a directory with -Path, or everything with -All."));
        }

        CheckDirectory(Path);
        var source = All ? KvRange.All : KvRange.Directory(Path);
        var place = MyInvocation.BoundParameters.ContainsKey(nameof(Destination)) ? KvRange.Directory(Destination) : source;
        _file = StatePath is null ? null : new MirrorStateFile(FileTarget.PathOf(this, StatePath));
        var statuses = Channel.CreateUnbounded<KvTreeMirrorStatus>();
        var mirror = new KvTreeMirror(Target, source, _other!, place, OptionsFor(statuses.Writer));
        var sourceName = $"{source} of {Target.Info.Address}";
        var target = $"{place} of {_other!.Info.Address}";
        var action = $"Mirror {sourceName}{(Prune ? ", and remove keys that the source does not have" : "")}{(Once ? ", once" : "")}";
        if (ShouldProcess(target, action) && MayPrune(sourceName, target))
        {
            Mirror(mirror, statuses, action);
        }
    }

    private KvTreeMirrorOptions OptionsFor(ChannelWriter<KvTreeMirrorStatus> statuses) => new()
    {
        Prune = Prune,
        IncludeTtl = IncludeTtl,
        Once = Once,
        AcceptNewHistory = AcceptNewHistory,
        Resume = ReadState(),
        Save = _file is null ? null : _file.WriteAsync,
        PhaseChanged = status => statuses.TryWrite(status),
    };

    private KvTreeMirrorState? ReadState()
    {
        try
        {
            var state = _file?.Read();
            _hasState = state is { Revision: > 0 };
            return state;
        }
        catch (InvalidDataException e)
        {
            Fail(ErrorRecords.InvalidFile(e, _file!.Path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(ErrorRecords.FileFailed(e, _file!.Path));
        }

        return null;
    }

    private void Mirror(KvTreeMirror mirror, Channel<KvTreeMirrorStatus> statuses, string action)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        if (Timeout is { } timeout)
        {
            ending.CancelAfter(timeout);
        }

        var run = RunAsync(mirror, statuses.Writer, ending.Token);
        try
        {
            using var progress = Show(action, _ => Describe(mirror.Status));
            foreach (var status in Enumerate(statuses.Reader.ReadAllAsync(CancellationToken.None)))
            {
                Tell(status);
            }

            CheckComplete(Wait(new ValueTask<KvTreeMirrorStatus>(run)));
        }
        catch (KvException e)
        {
            Fail(ErrorRecords.CutShort(e, HowToGoOn(e, mirror.Status)));
        }
        catch (Exception e) when (_file is not null && e is IOException or UnauthorizedAccessException)
        {
            Fail(ErrorRecords.FileFailed(e, _file!.Path));
        }
        catch (PipelineStoppedException)
        {
            // A stopping pipeline accepts no more warnings, but the host does.
            End(ending, run);
            Host?.UI?.WriteWarningLine(VisibleText.Of($"The mirror was stopped: {Counted(mirror.Status)}. {NextRun(mirror.Status)}"));
            throw;
        }
        finally
        {
            End(ending, run);
        }
    }

    private static async Task<KvTreeMirrorStatus> RunAsync(KvTreeMirror mirror, ChannelWriter<KvTreeMirrorStatus> statuses, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => mirror.RunAsync(cancellationToken), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            statuses.Complete();
        }
    }

    // The state must be saved before the process continues or ends.
    private static void End(CancellationTokenSource ending, Task run)
    {
        ending.Cancel();
        Task.WaitAny([run], EndPatience);
    }

    private void Tell(KvTreeMirrorStatus status)
    {
        switch (status.Phase)
        {
            case KvTreeMirrorPhase.Away:
                _awaySince = Stopwatch.GetTimestamp();
                WriteWarning($"The mirror is interrupted: {status.Outage?.Message} It continues automatically when the store can be reached again.");
                break;
            case KvTreeMirrorPhase.Comparing when _last is null && _hasState:
                WriteVerbose("Comparing all keys: -Once or -IncludeTtl requires it, or a store no longer matches the saved state.");
                break;
            case KvTreeMirrorPhase.Comparing when _last is not null:
                WriteWarning("The changes since the interruption are no longer available. The mirror compares all keys again and then continues.");
                break;
            case not KvTreeMirrorPhase.Ended when _last == KvTreeMirrorPhase.Away:
                WriteWarning($"The mirror continues after {Stopwatch.GetElapsedTime(_awaySince).TotalSeconds:0} s.");
                break;
            case KvTreeMirrorPhase.Following when status.Comparisons == 0:
                WriteVerbose($"Continues from the saved state, after revision {status.Revision}.");
                break;
        }

        WriteVerbose($"{status.Phase}: {Counted(status)}.");
        var isBeginning = status.Phase == KvTreeMirrorPhase.Comparing && _last is null;
        _last = status.Phase;
        if (PassThru && !isBeginning)
        {
            FlushSignal.Write(flush: true, () => WriteObject(status));
        }
    }

    private void CheckComplete(KvTreeMirrorStatus status)
    {
        if (Once && status.Comparisons == 0)
        {
            Fail(ErrorRecords.From(new KvTimeoutException($"The mirror was not complete after {Timeout}: {Counted(status)}. Specify a longer timeout, or none. Keys that are already written are not written again.")));
        }
    }

    private string HowToGoOn(KvException e, KvTreeMirrorStatus status) => e switch
    {
        KvHistoryChangedException => $"Check that {Target.Info.Address} is the intended store and holds the expected keys. Then run the same command with -AcceptNewHistory: it compares all keys and continues.",
        KvInvalidArgumentException { ParamName: nameof(KvTreeMirrorOptions.Resume) } => $"The state was read from the file '{_file!.Path}'.",
        _ when status is { Written: 0, Removed: 0 } => "Nothing was changed.",
        KvUnreachableException or KvTimeoutException => $"The mirror has ended: {Counted(status)}. {NextRun(status)}",
        _ => $"The mirror has ended: {Counted(status)}. Fix the cause first; otherwise it stops the command again. {NextRun(status)}",
    };

    private string NextRun(KvTreeMirrorStatus status) => _file is not null && status.Revision > 0
        ? "Run the same command again to continue from there."
        : "Run the same command again: it compares all keys and writes the different ones.";

    private static string Counted(KvTreeMirrorStatus status) =>
        $"{ProgressLine.Number(status.Written)} written, {ProgressLine.Number(status.Unchanged)} unchanged, {ProgressLine.Number(status.Removed)} removed"
        + (status.Revision == 0 ? "" : $", up to revision {status.Revision}");

    private static ProgressLine Describe(KvTreeMirrorStatus status) => status.Phase switch
    {
        KvTreeMirrorPhase.Away => new($"Waiting for a store: {status.Outage?.Message}", Counted(status)),
        KvTreeMirrorPhase.Comparing => new($"Comparing: {Counted(status)}"),
        _ => new($"Following: {Counted(status)}"),
    };
}
