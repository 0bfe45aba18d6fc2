using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets for directories or a prefix.</summary>
public abstract class KvTreeCmdlet : KvStoreCmdlet
{
    /// <summary>The directories: <c>app</c> means the keys that start with <c>app/</c>.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Path")]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string[]? Path { get; set; }

    /// <summary>All keys that start with this text.</summary>
    [Parameter(ParameterSetName = RangeArgument.PrefixSet, Mandatory = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Prefix { get; set; } = "";

    /// <summary>The requested ranges; null if neither parameter is specified.</summary>
    private protected IEnumerable<RangeArgument>? Ranges => RangeArgument.From(this, Path, Prefix);
}
