using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Trees;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Writes what a JSON or CSV file holds to a directory, or to the whole store. Keys that have the value already are left alone.</summary>
/// <remarks>The file is opened once and read twice: first to see whether it is whole and how much it holds, so that a broken one changes nothing, then to
/// write. What can be read only once, such as a pipe, is copied first.</remarks>
[Cmdlet(VerbsData.Import, "KvTree", DefaultParameterSetName = RangeArgument.PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(KvTreeCopyResult))]
public sealed class ImportKvTreeCommand : KvCopyCmdlet
{
    private const string AllSet = "All";

    /// <summary>The file, as Export-KvTree writes it: JSON objects, or a table, with Key, Value and perhaps Encoding.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string FilePath { get; set; } = "";

    /// <summary>The directory to put the file's keys below.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Mandatory = true, Position = 1)]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string Path { get; set; } = "";

    /// <summary>Take the file's keys as whole keys: the file is of a whole store, or was written with -FullKey.</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>Json or Csv. Default: what the file's name ends with.</summary>
    [Parameter]
    public KvTreeFormat? Format { get; set; }

    private protected override string Work => "import";

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == AllSet && !All)
        {
            Fail(ErrorRecords.InvalidArgument("Specify where the keys go: into a directory with -Path, or with -All as whole keys."));
        }

        ReportFileErrors(FilePath, () =>
        {
            var destination = All ? KvRange.All : KvRange.Directory(Path);
            var file = TreeFile.Of(this, FilePath, Format);
            using var tree = Check(file, TreePlace.In(Target, destination));
            if (Prune && tree.Count == 0)
            {
                // What is left of a file that was cut off behind its first line, or of a pipeline that found nothing.
                throw new InvalidDataException($"The file '{file.Path}' holds no key, and -Prune would remove all of {destination}. Use Remove-KvTree if that is meant.");
            }

            Copy(tree.Content, $"'{file.Path}'", Target, destination, tree.Count);
        });
    }
}
