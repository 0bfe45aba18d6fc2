using System.Management.Automation;
using Valkeyrie.PowerShell.Files;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Writes all of a store, as of one revision, to a file from which it can be restored.</summary>
[Cmdlet(VerbsData.Save, "KvSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(KvSnapshotFile))]
public sealed class SaveKvSnapshotCommand : KvStoreCmdlet
{
    private long _written;
    private long _total;

    /// <summary>The file. One that exists is replaced, once the new one is whole.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("LiteralPath", "Path")]
    [ValidateNotNullOrEmpty]
    public string FilePath { get; set; } = "";

    /// <summary>Replace a file also if it is marked as read-only.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Do not replace a file that exists.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <inheritdoc/>
    protected override void Process() => ReportFileErrors(FilePath, () =>
    {
        var snapshots = Target.GetCapability<IKvSnapshots>();
        var path = FileTarget.PathOf(this, FilePath);
        CheckIsNoStoreInUse(path);
        var address = Target.Info.Address;
        if (!ShouldProcess(path, $"Save a snapshot of {address}"))
        {
            return;
        }

        (_written, _total) = (0, 0);
        using var progress = Show($"Save a snapshot of {address}", _ => Describe());
        WriteObject(new KvSnapshotFile(path, Save(snapshots, path), address));
    });

    private KvSnapshot Save(IKvSnapshots snapshots, string path)
    {
        // A snapshot holds all that the store does, whoever may read that.
        using var target = Wait(FileTarget.OpenAsync(path, NoClobber, Force, ownerOnly: true, StopToken));
        KvSnapshot? snapshot = null;
        target.Write(stream => snapshot = Wait(snapshots.SaveSnapshotAsync(stream, new KvSnapshotOptions { Progress = Note }, StopToken)));
        target.Commit();
        return snapshot!;
    }

    private void Note(KvSnapshotProgress progress)
    {
        Interlocked.Exchange(ref _written, progress.Written);
        Interlocked.Exchange(ref _total, progress.Total);
    }

    private ProgressLine Describe()
    {
        var (written, total) = (Interlocked.Read(ref _written), Interlocked.Read(ref _total));
        return total == 0
            ? new($"{ProgressLine.Number(written)} bytes")
            : new($"{ProgressLine.Number(written)} of {ProgressLine.Number(total)} bytes", Percent: (int)Math.Min(100, written * 100 / total));
    }

    // A store's file has its log beside it while it is open, and after a crash: to replace the file would part it from its log.
    private static void CheckIsNoStoreInUse(string path)
    {
        var real = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        if (File.Exists(real + "-wal"))
        {
            throw new IOException($"The file '{path}' is a store that is open or was not closed: its log '{real}-wal' exists. Specify another file.");
        }
    }
}
