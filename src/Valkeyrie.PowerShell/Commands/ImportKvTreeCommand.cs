using System.Management.Automation;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Trees;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Writes what a JSON or CSV file holds to a directory, or to the whole store. Keys that have the value already are left alone.</summary>
/// <remarks>The file is read twice: first to see whether it is whole and how much it holds, so that a broken one changes nothing, then to write.</remarks>
[Cmdlet(VerbsData.Import, "KvTree", SupportsShouldProcess = true)]
[OutputType(typeof(KvTreeCopyResult))]
public sealed class ImportKvTreeCommand : KvCopyCmdlet
{
    /// <summary>The file, as Export-KvTree writes it: JSON objects, or a table, with Key, Value and perhaps Encoding.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string FilePath { get; set; } = "";

    /// <summary>The directory to put the file's keys below. Default: they are taken as whole keys.</summary>
    [Parameter(Position = 1)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string Path { get; set; } = "";

    /// <summary>Json or Csv. Default: what the file's name ends with.</summary>
    [Parameter]
    public KvTreeFormat? Format { get; set; }

    private protected override string Work => "import";

    /// <inheritdoc/>
    protected override void Process() => ReportFileErrors(FilePath, () =>
    {
        // Not by the path being empty: an unset variable given as the path must not mean all keys.
        var destination = MyInvocation.BoundParameters.ContainsKey(nameof(Path)) ? KvRange.Directory(Path) : KvRange.All;
        var file = TreeFile.Of(this, OwnThread, FilePath, Format);
        var (count, pairs) = Check(file);
        Copy(new KvTreeContent(pairs, ""), $"'{file.Path}'", Target, destination, count);
    });
}
