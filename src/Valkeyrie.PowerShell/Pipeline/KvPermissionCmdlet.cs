using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets for the permissions of a role.</summary>
public abstract class KvPermissionCmdlet : KvAccessCmdlet
{
    private protected const string KeySet = "Key";
    private protected const string AllSet = "All";

    /// <summary>The role.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string Role { get; set; } = "";

    /// <summary>The directories: <c>app</c> means the key <c>app</c> and all keys below <c>app/</c>.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [AllowEmptyString]
    [TextOf("Path")]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>The prefix of the keys.</summary>
    [Parameter(ParameterSetName = RangeArgument.PrefixSet, Mandatory = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Prefix { get; set; } = "";

    /// <summary>Single keys.</summary>
    [Parameter(ParameterSetName = KeySet, Mandatory = true)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>All keys of the store, or of its namespace.</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var argument in Ranges())
        {
            ReportErrors(argument, () => Change(argument.Range));
        }
    }

    /// <summary>Changes the role's permissions for a range.</summary>
    /// <param name="range">The range.</param>
    private protected abstract void Change(KvRange range);

    private IEnumerable<RangeArgument> Ranges()
    {
        if (ParameterSetName == AllSet && !All)
        {
            Fail(ErrorRecords.InvalidArgument("-All:$false selects no keys. Specify a directory with -Path, or -Prefix, -Key or -All."));
        }

        return ParameterSetName switch
        {
            AllSet => [RangeArgument.All],
            KeySet => Key.Select(key => new RangeArgument(key, KvRange.Key)),
            _ => RangeArgument.From(this, Path, Prefix)!,
        };
    }
}
