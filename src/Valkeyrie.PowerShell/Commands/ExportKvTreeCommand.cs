using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Files;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Trees;
using Valkeyrie.PowerShell.Trees.Formats;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Writes a directory, or the whole store, at one revision to a file: as records, or as a configuration.</summary>
[Cmdlet(VerbsData.Export, "KvTree", DefaultParameterSetName = RangeArgument.PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportKvTreeCommand : KvStoreCmdlet
{
    private const string AllSet = "All";

    private bool _hasPath;
    private string _last = "";

    /// <summary>The directory: <c>app</c> means the keys that start with <c>app/</c>.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Path")]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string Path { get; set; } = "";

    /// <summary>Write all keys of the store, or of its namespace.</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>The file. An existing file is replaced after the new one is complete.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = AllSet, Position = 0)]
    [Alias("LiteralPath")]
    [ValidateNotNullOrEmpty]
    public string FilePath { get; set; } = "";

    /// <summary>The piped object; not intended for use. It accepts pairs, as in <c>Get-KvTree app | Export-KvTree FILE</c>. It is also the reason why -FilePath
    /// is not mandatory: PowerShell would report for each pair that it is missing.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, ValueFromPipeline = true, DontShow = true)]
    public object? PipedObject { get; set; }

    /// <summary>The format of the file. Default: the format of the extension; for .json, records.</summary>
    [Parameter]
    public KvTreeFormat? Format { get; set; }

    /// <summary>Write a configuration: nested objects whose names are the parts of keys. Needed only for a .json file; .yaml and .psd1 files are always
    /// configurations.</summary>
    [Parameter]
    public SwitchParameter Nested { get; set; }

    /// <summary>In a configuration, write values that read as a number, true or false as such. Default: every value is text.</summary>
    [Parameter]
    public SwitchParameter Typed { get; set; }

    /// <summary>Write whole keys, instead of their part below the directory.</summary>
    [Parameter]
    public SwitchParameter FullKey { get; set; }

    /// <summary>Write the values at this older revision. Default: the newest.</summary>
    [Parameter]
    public long Revision { get; set; }

    /// <summary>Replace the file even if it is read-only.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Do not replace an existing file.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Emit the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        _hasPath = MyInvocation.BoundParameters.ContainsKey(nameof(Path));
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == AllSet && !All)
        {
            Fail(ErrorRecords.InvalidArgument("Specify what to export: a directory with -Path, or everything with -All."));
        }

        CheckDirectory(RangeArgument.IsPair(PipedObject) ? RangeArgument.PipedPair : Path);
        if (_hasPath && MyInvocation.ExpectingInput)
        {
            Fail(ErrorRecords.InvalidArgument($"Specify the directory as an argument or by the pipeline, not both: Export-KvTree {ArgumentText.Of(Path)} FILE."));
        }

        if (FilePath.Length == 0)
        {
            Fail(ErrorRecords.InvalidArgument(!All && TreeFormats.IsNamedLikeFile(Path)
                ? $"Specify the directory before the file: Export-KvTree DIRECTORY {ArgumentText.Of(Path)}, or Export-KvTree -All {ArgumentText.Of(Path)} for the whole store."
                : $"Specify the file to write: Export-KvTree {(All ? "-All" : ArgumentText.Of(Path))} FILE."));
        }

        if (!All && Format is null && TreeFormats.IsNamedLikeFile(Path) && !TreeFormats.IsNamedLikeFile(FilePath))
        {
            Fail(ErrorRecords.InvalidArgument($"The directory comes first: Export-KvTree {ArgumentText.Of(FilePath)} {ArgumentText.Of(Path)}. -Path is the directory in the store, and -FilePath is the file."
                + $" If '{Path}' is the directory, specify the -Format of the file '{FilePath}'."));
        }

        var tree = All ? RangeArgument.All : new RangeArgument(Path, KvRange.Directory);
        ReportFileErrors(FilePath, () =>
        {
            var path = FileTarget.PathOf(this, FilePath);
            var format = TreeFormats.ToWrite(path, Format, Nested, Typed);
            ReportErrors(tree, () => Export(tree.Range, path, format));
        });
    }

    private void Export(KvRange range, string path, IWritableTreeFormat format)
    {
        if (!ShouldProcess(path, $"Export {range} of {Target.Info.Address}"))
        {
            return;
        }

        using (var progress = Show($"Export {range} of {Target.Info.Address}", keys => new($"{ProgressLine.Keys(keys)}: {_last}")))
        using (var target = Wait(FileTarget.OpenAsync(path, NoClobber, Force, ownerOnly: false, StopToken)))
        {
            target.Write(stream => Write(range, format.Begin(stream), progress));
            target.Commit();
        }

        if (PassThru)
        {
            WriteObject(new FileInfo(path));
        }
    }

    private void Write(KvRange range, ITreeWriter writer, WorkProgress progress)
    {
        var root = FullKey ? "" : range.Start;
        foreach (var pair in Enumerate(KvTreeContent.Of(Target, range, new KvListOptions { Revision = OptionalNumber.Of(Revision) }).Pairs))
        {
            if (!CanBeImported(pair))
            {
                continue;
            }

            writer.Write(pair.Key[root.Length..], pair.GetBytes());
            _last = pair.Key;
            progress.Add(1);
        }

        writer.End();
    }

    // Other programs can store keys that cannot be written here. A file with such a key could not be imported at all.
    private bool CanBeImported(KvPair pair)
    {
        try
        {
            KeyRules.Check(pair.Key);
            return true;
        }
        catch (KvInvalidArgumentException e)
        {
            WriteError(ErrorRecords.NotExported(e, pair.Key));
            return false;
        }
    }
}
