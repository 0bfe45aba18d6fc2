using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Files;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Trees;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Writes what a file or an object holds to a directory, or to the whole store. Keys that have the value already are left alone.</summary>
/// <remarks>The file is opened once and read twice: first to see whether it is whole and how much it holds, so that a broken one changes nothing, then to
/// write. What can be read only once, such as a pipe, is copied first. An object is written once the pipeline has ended, when it is known to be the only one.</remarks>
[Cmdlet(VerbsData.Import, "KvTree", DefaultParameterSetName = RangeArgument.PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(KvTreeCopyResult))]
public sealed class ImportKvTreeCommand : KvCopyCmdlet
{
    private const string AllSet = "All";

    // What was specified on the command line: of what is piped PowerShell binds properties to FilePath as well.
    private string? _firstArgument;
    private object? _tree;

    /// <summary>The file: as Export-KvTree writes it, a configuration, or a dump of etcdctl or consul. Where an object is piped, the directory may stand here.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "LiteralPath")]
    [PathOfFile]
    [ValidateNotNullOrEmpty]
    public string FilePath { get; set; } = "";

    /// <summary>The directory to put the keys below.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Position = 1)]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string Path { get; set; } = "";

    /// <summary>Take the keys as whole keys: the file is of a whole store, was written with -FullKey, or is a dump.</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>A hashtable, or an object of properties, to write instead of a file; from the pipeline also the path of a file, or a file.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The format of the file. Default: what its name ends with, and for .json what it holds.</summary>
    [Parameter]
    public KvTreeFormat? Format { get; set; }

    /// <summary>Take a .json file for a configuration, whatever its names are.</summary>
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
                Fail(ErrorRecords.InvalidArgument("Specify what to import: a file, as in Import-KvTree FILE app, or pipe a hashtable to the command."));
            }

            Import(_firstArgument, HasPath ? Path : null);
            return;
        }

        // Import-KvTree DIRECTORY, with what is to be imported piped to it.
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
            // What is left of a file that was cut off behind its first line, or of a pipeline that found nothing.
            throw new InvalidDataException($"The file '{file}' holds no key, and -Prune would remove all keys of {destination}. To remove them, use Remove-KvTree.");
        }

        Copy(tree.Content, $"'{file}'", Target, destination, tree.Count);
    });

    // Others take the directory first, Export-KvTree among them.
    private void CheckOrder(string given, string file, string? path)
    {
        if (!string.IsNullOrEmpty(path) && FileStatus.Of(file).Kind == FileKind.None && path.Contains('.', StringComparison.Ordinal)
            && FileStatus.Of(FileTarget.PathOf(this, path)).Kind == FileKind.Regular)
        {
            throw new KvInvalidArgumentException($"The file '{given}' does not exist, but '{path}' does. The file comes first: Import-KvTree {ArgumentText.Of(path)} {ArgumentText.Of(given)}.");
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
            throw new KvInvalidArgumentException($"The object holds no value, and -Prune would remove all keys of {destination}. To remove them, use Remove-KvTree.");
        }

        Copy(new(pairs.ToAsync(), ""), "the object", Target, destination, pairs.Count);
    }

    private void Hold(object? piped, string? path)
    {
        Destination(path, "FILE");
        if (MyInvocation.BoundParameters.ContainsKey(nameof(Format)) || Nested)
        {
            Fail(ErrorRecords.InvalidArgument("-Format and -Nested apply to files, but an object was piped. Omit them."));
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

    // The content of a file, where its path is wanted, is an easy slip.
    private static string CheckedPath(string piped) => piped.Contains('\n', StringComparison.Ordinal) || piped.TrimStart() is ['{' or '[', ..] or ['-', '-', '-', ..]
        ? throw new KvInvalidArgumentException("The piped text is the content of a file, not a path. Specify the file, as in Import-KvTree conf.yaml app, or pipe the output of ConvertFrom-Json.")
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
