using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Files;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Trees;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Writes the content of a file or an object to a directory, or to the whole store. Keys that already have the same value are not written.</summary>
/// <remarks>The whole file is read before the first write, to check that it is complete and to count its keys, so that a damaged file changes nothing. If its pairs
/// do not fit into a limited memory, it is read again to write them. A source that can be read only once, such as a pipe, is copied first. An object is written
/// after the end of the pipeline, when it is known to be the only one.</remarks>
[Cmdlet(VerbsData.Import, "KvTree", DefaultParameterSetName = RangeArgument.PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(KvTreeCopyResult))]
public sealed class ImportKvTreeCommand : KvCopyCmdlet
{
    private const string AllSet = "All";

    // The argument of the command line: PowerShell also binds properties of piped objects to FilePath.
    private string? _firstArgument;
    private object? _tree;

    /// <summary>The file: an export of Export-KvTree, a configuration, or a dump of etcdctl or consul. If an object is piped, this argument can be the
    /// directory.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "LiteralPath")]
    [PathOfFile]
    [ValidateNotNullOrEmpty]
    public string FilePath { get; set; } = "";

    /// <summary>The destination directory.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Position = 1)]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string Path { get; set; } = "";

    /// <summary>Use the names as whole keys, for an export of a whole store or with -FullKey, or for a dump.</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>A hashtable, or an object of properties, to write instead of a file; from the pipeline also a file or the path of a file.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The format of the file. Default: the format of the extension; for .json, the format of the content.</summary>
    [Parameter]
    public KvTreeFormat? Format { get; set; }

    /// <summary>Read a .json file, or an object, as a configuration, whatever names it contains.</summary>
    [Parameter]
    public SwitchParameter Nested { get; set; }

    private protected override string Work => "import";

    private bool HasPath => MyInvocation.BoundParameters.ContainsKey(nameof(Path));

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        _firstArgument = MyInvocation.BoundParameters.ContainsKey(nameof(FilePath)) ? FilePath : null;
        if (ParameterSetName == AllSet && !All)
        {
            FailWithoutDestination();
        }

        if (Nested && Format is not (null or KvTreeFormat.NestedJson))
        {
            Fail(ErrorRecords.InvalidArgument($"Specify -Nested or -Format {Format}, not both."));
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(InputObject)))
        {
            if (_firstArgument is null)
            {
                Fail(ErrorRecords.InvalidArgument(HasPath && TreeFormats.IsNamedLikeFile(Path)
                    ? $"-Path is the destination, a directory of the store. Specify the file first: Import-KvTree {ArgumentText.Of(Path)} app."
                    : "Specify what to import: a file, as in Import-KvTree FILE app, or pipe a hashtable to the command."));
            }

            Import(_firstArgument, HasPath ? Path : null);
            return;
        }

        // Import-KvTree DIRECTORY, with the content from the pipeline.
        if (_firstArgument is not null && (HasPath || All))
        {
            Fail(ErrorRecords.InvalidArgument("Specify a file or an object, not both."));
        }

        var path = _firstArgument ?? (HasPath ? Path : null);
        var piped = BareWord.Unwrapped(InputObject);
        switch (piped)
        {
            case string file:
                Import(CheckedPath(file), path);
                break;
            case FileInfo file:
                Import(file.FullName, path);
                break;
            case not null and not System.Collections.IDictionary when _firstArgument is null && MyInvocation.BoundParameters.ContainsKey(nameof(FilePath)):
                Import(FilePath, path);
                break;
            default:
                Hold(piped, path);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Complete()
    {
        if (_tree is { } tree)
        {
            ReportErrors((object?)null, () => Import(tree, _firstArgument ?? (HasPath ? Path : null)));
        }
    }

    private void Import(string filePath, string? path) => ReportFileErrors(filePath, () =>
    {
        var destination = Destination(path, filePath);
        var file = FileTarget.PathOf(this, filePath);
        CheckOrder(filePath, file, path);
        using var tree = Check(file, Nested ? KvTreeFormat.NestedJson : Format, TreePlace.In(Target, destination));
        if (Prune && tree.Count == 0)
        {
            // A file that was truncated after its first line, or the output of a pipeline that found nothing.
            throw new InvalidDataException($"The file '{file}' contains no key, and -Prune would remove all keys of {destination}. To remove them, use Remove-KvTree.");
        }

        Copy(tree.Content, $"'{file}'", $"{ProgressLine.Keys(tree.Count)} of '{file}'", Target, destination, tree.Count);
    });

    // Other commands take the directory first, for example Export-KvTree.
    private void CheckOrder(string given, string file, string? path)
    {
        if (string.IsNullOrEmpty(path) || FileStatus.Of(file).Kind != FileKind.None || !path.Contains('.', StringComparison.Ordinal))
        {
            return;
        }

        var exists = FileStatus.Of(FileTarget.PathOf(this, path)).Kind == FileKind.Regular;
        if (exists || (TreeFormats.IsNamedLikeFile(path) && !TreeFormats.IsNamedLikeFile(given)))
        {
            throw new KvInvalidArgumentException(
                $"The file '{given}' does not exist{(exists ? $", but '{path}' does" : $", and neither does '{path}'")}. The file comes first: Import-KvTree {ArgumentText.Of(path)} {ArgumentText.Of(given)}.");
        }
    }

    private void Import(object tree, string? path)
    {
        var destination = Destination(path, "FILE");
        var absent = new AbsentValues("The object");
        var pairs = TreeObject.PairsIn(tree, TreePlace.In(Target, destination), absent.Add);
        if (absent.Warning is { } warning)
        {
            WriteWarning(warning);
        }

        if (Prune && pairs.Count == 0)
        {
            throw new KvInvalidArgumentException($"The object contains no value, and -Prune would remove all keys of {destination}. To remove them, use Remove-KvTree.");
        }

        Copy(new(pairs.ToAsync(), ""), "the object", $"{ProgressLine.Keys(pairs.Count)} of the object", Target, destination, pairs.Count);
    }

    private void Hold(object? piped, string? path)
    {
        Destination(path, "FILE");
        if (MyInvocation.BoundParameters.ContainsKey(nameof(Format)))
        {
            Fail(ErrorRecords.InvalidArgument("-Format applies to files, but an object was piped. Omit it."));
        }

        if (_tree is not null)
        {
            _tree = null;
            Fail(ErrorRecords.InvalidArgument(
                "Several objects were piped, but an import reads one tree. Nothing was written. Put the objects into one hashtable, each under a name, or use ForEach-Object { $_ | Import-KvTree DIRECTORY }."));
        }

        if (!TreeObject.IsTree(piped))
        {
            FailAsNoTree(piped);
        }

        if (!Nested && ObjectShape.Foreign(piped!) is { } shape)
        {
            Fail(ErrorRecords.InvalidArgument($"The piped object is ambiguous: it can be {shape}. To import it as a configuration with these names, specify -Nested."));
        }

        _tree = piped;
    }

    private KvRange Destination(string? path, string file)
    {
        if (path is null && !All)
        {
            FailWithoutDestination(file);
        }

        return All ? KvRange.All : KvRange.Directory(path!);
    }

    // The content of a file in place of its path is an easy mistake.
    private static string CheckedPath(string piped) => piped.Contains('\n', StringComparison.Ordinal) || piped.TrimStart() is ['{' or '[', ..] or ['-', '-', '-', ..]
        ? throw new KvInvalidArgumentException("The piped text is the content of a file, not a path. Save it to a file and specify the file, as in Import-KvTree conf.yaml app. "
            + "For a JSON configuration, you can also pipe the output of ConvertFrom-Json, but not for a dump or an export.")
        : piped;

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private static void FailAsNoTree(object? piped)
    {
        var message = piped switch
        {
            null => "The piped object is null. Pipe a hashtable, an object of properties or the path of a file.",
            KvPair or KvEvent => "A pair was piped. Pipe pairs to Set-KvValue; Copy-KvTree copies a directory.",
            System.Collections.IList => "A list was piped as one object. A tree has names: pipe a hashtable such as @{ servers = $list }.",
            _ => $"An object of type {piped.GetType().Name} was piped, which is not a tree. Pipe a hashtable, an object of properties (Select-Object makes one) or the path of a file.",
        };
        Fail(ErrorRecords.InvalidArgument(message));
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private static void FailWithoutDestination(string? file = null) => Fail(ErrorRecords.InvalidArgument(
        $"Specify the destination: a directory, as in Import-KvTree {(file is null ? "FILE" : ArgumentText.Of(file))} app, or -All to use the names as whole keys."));
}
