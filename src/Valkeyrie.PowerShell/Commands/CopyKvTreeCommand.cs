using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Copies a directory, or the whole store, to another directory, another store, or both. Keys that already have the same value are not
/// written.</summary>
[Cmdlet(VerbsCommon.Copy, "KvTree", DefaultParameterSetName = RangeArgument.PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(KvTreeCopyResult))]
public sealed class CopyKvTreeCommand : KvCopyCmdlet
{
    private const string AllSet = "All";

    private IKvStore? _other;

    /// <summary>The directory to copy: <c>app</c> means the keys that start with <c>app/</c>.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Source")]
    [AllowEmptyString]
    [TextOf("Path")]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string Path { get; set; } = "";

    /// <summary>Copy all keys of the store, or of its namespace.</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>The destination directory, which does not have to exist. Default: the same path as in the source.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = AllSet, Position = 0)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string Destination { get; set; } = "";

    /// <summary>The destination store: the output of Connect-KvStore, the name of an open store, or any IKvStore. Default: the source store.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public object? DestinationStore { get; set; }

    /// <summary>Copy the values at this older revision. Default: the newest.</summary>
    [Parameter]
    public long Revision { get; set; }

    /// <summary>Accepted because Get-ChildItem, Remove-Item and Copy-Item have it. A tree always includes all of its levels.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter Recurse { get; set; }

    private protected override string Work => "copy";

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        CheckRecurse(Recurse);
        _other = StoreOf(nameof(DestinationStore), DestinationStore);
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == AllSet && !All)
        {
            Fail(ErrorRecords.InvalidArgument("Specify what to copy: a directory with -Path, or everything with -All."));
        }

        var tree = All ? RangeArgument.All : new RangeArgument(Path, KvRange.Directory);
        ReportErrors(tree, () =>
        {
            var source = tree.Range;
            var destination = MyInvocation.BoundParameters.ContainsKey(nameof(Destination)) ? KvRange.Directory(Destination) : source;
            CheckApart(source, destination);
            Copy(source, destination);
        });
    }

    /// <inheritdoc/>
    private protected override void OnCopied(KvTreeCopyResult done)
    {
        if (done.Permanent > 0)
        {
            var what = done.Permanent == 1 ? $"The key '{done.FirstPermanent}' expires" : $"{ProgressLine.Keys(done.Permanent)}, the first of them '{done.FirstPermanent}', expire";
            var are = done.Permanent == 1 ? "Its copy does" : "Their copies do";
            WriteWarning($"{what} in the source. {are} not expire, because Copy-KvTree copies no times to live. To copy them, use Sync-KvTree -IncludeTtl.");
        }
    }

    private void Copy(KvRange source, KvRange destination)
    {
        var moved = 0;
        var options = new KvListOptions { Revision = OptionalNumber.Of(Revision), After = StartAfter is null ? null : source.Start + StartAfter };
        var content = KvTreeContent.OutlastingHistory(Target, source, options, () => Interlocked.Increment(ref moved));
        var name = $"{source} of {Target.Info.Address}";
        Copy(content, name, source.Kind == KvRangeKind.All ? name : $"all keys of {name}", _other!, destination, total: null);
        if (Volatile.Read(ref moved) > 0)
        {
            WriteWarning("The source compacted its history during the copy. The later keys were read at a newer revision than the first keys.");
        }
    }

    // Two connections to one store are one store.
    private void CheckApart(KvRange source, KvRange destination)
    {
        var one = Target.Info;
        var other = _other!.Info;
        if (Target != _other && (one.Address != other.Address || one.Namespace != other.Namespace || one.Scheme == Embedded.EmbeddedStore.MemoryScheme))
        {
            return;
        }

        if (source.Start == destination.Start && Revision == 0)
        {
            throw new KvInvalidArgumentException($"A tree cannot be copied to itself ({source}). Specify another -Destination or -DestinationStore.") { Key = source.Text };
        }

        if (Prune && source.Start != destination.Start
            && (source.Start.StartsWith(destination.Start, StringComparison.Ordinal) || destination.Start.StartsWith(source.Start, StringComparison.Ordinal)))
        {
            throw new KvInvalidArgumentException($"The source ({source}) and the destination ({destination}) overlap: -Prune would remove keys of the source. Omit -Prune.") { Key = source.Text };
        }
    }
}
