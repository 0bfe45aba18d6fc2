using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Files;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Trees;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Compares two trees: directories, stores, revisions or files, in any combination. Emits one object for each difference.</summary>
[Cmdlet(VerbsData.Compare, "KvTree")]
[OutputType(typeof(KvTreeDifference))]
public sealed class CompareKvTreeCommand : KvStoreCmdlet
{
    private IKvStore? _other;
    private string _last = "";

    /// <summary>The reference directory. Default: the whole store.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [AllowEmptyString]
    [TextOf("Path")]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string ReferencePath { get; set; } = "";

    /// <summary>The directory to compare with. Default: the same path.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string DifferencePath { get; set; } = "";

    /// <summary>The store of the directory to compare with: the output of Connect-KvStore, the name of an open store, or any IKvStore. Default: the same
    /// store.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public object? DifferenceStore { get; set; }

    /// <summary>Read the reference directory at this older revision. Default: the newest.</summary>
    [Parameter]
    public long ReferenceRevision { get; set; }

    /// <summary>Read the directory to compare with at this older revision. Default: the newest.</summary>
    [Parameter]
    public long DifferenceRevision { get; set; }

    /// <summary>Use this file, as Export-KvTree writes it, in place of the reference directory.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ReferenceFile { get; set; }

    /// <summary>Use this file, as Export-KvTree writes it, in place of the directory to compare with.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DifferenceFile { get; set; }

    /// <summary>The format of the files. Default: the format of the extension; for .json, the format of the content.</summary>
    [Parameter]
    public KvTreeFormat? Format { get; set; }

    /// <summary>Also emit the keys whose values are equal.</summary>
    [Parameter]
    public SwitchParameter IncludeEqual { get; set; }

    /// <summary>Do not emit the differences.</summary>
    [Parameter]
    public SwitchParameter ExcludeDifferent { get; set; }

    private protected override bool NeedsStore => ReferenceFile is null || DifferenceFile is null;

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        _other = NeedsStore || IsGiven(nameof(DifferenceStore)) ? StoreOf(nameof(DifferenceStore), DifferenceStore) : null;
    }

    /// <inheritdoc/>
    protected override void Process() => ReportFileErrors(ReferenceFile ?? DifferenceFile ?? ReferencePath, () =>
    {
        CheckDirectory(ReferencePath);
        CheckSides();
        CheckNoFile(ReferencePath, ReferenceFile is null ? Target : null, ReferenceRevision, nameof(ReferencePath), nameof(ReferenceFile));
        CheckNoFile(DifferencePath, _other, DifferenceRevision, nameof(DifferencePath), nameof(DifferenceFile));
        var missing = new List<string>();
        using var referenceFile = FileTree(ReferenceFile);
        using var differenceFile = FileTree(DifferenceFile);
        var reference = referenceFile?.Content ?? Tree(Target, Range(nameof(ReferencePath), ReferencePath), ReferenceRevision, missing);
        var difference = differenceFile?.Content
            ?? Tree(_other!, IsGiven(nameof(DifferencePath)) ? KvRange.Directory(DifferencePath) : Range(nameof(ReferencePath), ReferencePath), DifferenceRevision, missing);
        using (var progress = Show("Compare", keys => new($"{ProgressLine.Keys(keys)}: {_last}")))
        {
            Write(reference, difference, progress);
        }

        foreach (var directory in missing)
        {
            WriteWarning($"The {directory} does not exist. It was compared as an empty directory.");
        }
    });

    // An argument without effect on its side is a mistake, and the result would answer another question.
    private void CheckSides()
    {
        if (ReferenceFile is not null && ReferenceRevision != 0)
        {
            throw new KvInvalidArgumentException("Specify -ReferenceFile or -ReferenceRevision, not both.");
        }

        if (DifferenceFile is not null && (IsGiven(nameof(DifferencePath)) || IsGiven(nameof(DifferenceStore)) || DifferenceRevision != 0))
        {
            throw new KvInvalidArgumentException("-DifferenceFile cannot be combined with -DifferencePath, -DifferenceStore or -DifferenceRevision. Specify the file alone.");
        }

        var isDifferent = ReferenceFile is not null || DifferenceFile is not null || IsGiven(nameof(DifferencePath)) || IsGiven(nameof(DifferenceStore))
            || ReferenceRevision != DifferenceRevision;
        if (!isDifferent)
        {
            throw new KvInvalidArgumentException("Specify what to compare with: -DifferencePath, -DifferenceStore, -DifferenceFile, -ReferenceRevision or -DifferenceRevision.");
        }
    }

    // To compare with a file is the likelier intention, and a missing directory would differ in every key.
    private void CheckNoFile(string? path, IKvStore? store, long revision, string parameter, string ofFile)
    {
        if (store is null || path?.Contains('.', StringComparison.Ordinal) != true || !(TreeFormats.IsNamedLikeFile(path) || IsFile(path)) || Exists(store, KvRange.Directory(path), revision))
        {
            return;
        }

        var what = IsFile(path) ? $"The directory '{path}' does not exist, but a file of this name does" : $"Neither a directory nor a file '{path}' exists";
        throw new KvInvalidArgumentException($"{what}. -{parameter} is a directory of a store; a file is -{ofFile}: {WithFile(path, ofFile)}.");
    }

    private bool IsFile(string path)
    {
        try
        {
            return FileStatus.Of(FileTarget.PathOf(this, path)).Kind == FileKind.Regular;
        }
        catch (Exception e) when (e is KvInvalidArgumentException or IOException or UnauthorizedAccessException or RuntimeException or ArgumentException or NotSupportedException)
        {
            // The name of a directory need not be one of a file.
            return false;
        }
    }

    private string WithFile(string path, string ofFile)
    {
        var other = ofFile == nameof(DifferenceFile) ? ReferencePath : DifferencePath;
        var directory = other.Length == 0 ? "DIRECTORY" : ArgumentText.Of(other);
        return $"Compare-KvTree {(ofFile == nameof(DifferenceFile) ? directory : $"-DifferencePath {directory}")} -{ofFile} {ArgumentText.Of(path)}";
    }

    private bool Exists(IKvStore store, KvRange range, long revision) =>
        Enumerate(KvTreeContent.Of(store, range, new KvListOptions { KeysOnly = true, Limit = 1, Revision = OptionalNumber.Of(revision) }).OrEmpty().Pairs).Any();

    private void Write(KvTreeContent reference, KvTreeContent difference, WorkProgress progress)
    {
        foreach (var found in Enumerate(KvTreeComparison.CompareAsync(reference, difference, StopToken)))
        {
            if (found.Kind == KvDifferenceKind.Equal ? IncludeEqual : !ExcludeDifferent)
            {
                WriteObject(found);
            }

            _last = found.RelativeKey;
            progress.Add(1);
        }
    }

    // A test for an empty path is not enough: an unset variable as the path must not mean all keys.
    private KvRange Range(string parameter, string path) => IsGiven(parameter) ? KvRange.Directory(path) : KvRange.All;

    private static KvTreeContent Tree(IKvStore store, KvRange range, long revision, List<string> missing) =>
        KvTreeContent.Of(store, range, new KvListOptions { Revision = OptionalNumber.Of(revision) }).OrEmpty(() =>
        {
            lock (missing)
            {
                missing.Add($"{range} in {store.Info.Address}");
            }
        });

    private CheckedTree? FileTree(string? path) => path is null ? null : Check(FileTarget.PathOf(this, path), Format, TreePlace.Anywhere);

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
