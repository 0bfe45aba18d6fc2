using System.Management.Automation;
using Valkeyrie.PowerShell.Files;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Writes a backup of the whole store at one revision to a file from which the store can be restored.</summary>
[Cmdlet(VerbsData.Save, "KvSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(KvSnapshotFile))]
public sealed class SaveKvSnapshotCommand : KvStoreCmdlet
{
    private long _written;
    private long _total;

    /// <summary>The file. An existing file is replaced after the new one is complete.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("LiteralPath", "Path")]
    [ValidateNotNullOrEmpty]
    public string FilePath { get; set; } = "";

    /// <summary>Replace the file even if it is read-only.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Do not replace an existing file.</summary>
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
        // A snapshot contains all keys, including those that this user may not read.
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

    // The file of a store has its log next to it while it is open, and after a crash. Replacing the file would separate the two.
    private static void CheckIsNoStoreInUse(string path)
    {
        var real = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        if (File.Exists(real + "-wal"))
        {
            throw new IOException($"The file '{path}' is a store that is open or was not closed: its log '{real}-wal' exists. Specify another file.");
        }
    }
}
