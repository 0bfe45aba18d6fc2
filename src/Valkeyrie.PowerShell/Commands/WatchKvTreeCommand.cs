using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Watches all keys of a directory, of a prefix, or of the whole store: emits their current state, then every change.</summary>
[Cmdlet(VerbsCommon.Watch, "KvTree", DefaultParameterSetName = RangeArgument.PathSet)]
[OutputType(typeof(KvEvent))]
public sealed class WatchKvTreeCommand : KvWatchCmdlet
{
    /// <summary>The directories: <c>app</c> means the keys that start with <c>app/</c>. They can be empty or missing. Default: all keys of the
    /// store. Directories from the pipeline are collected, then watched together.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Path")]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string[]? Path { get; set; }

    /// <summary>Watch all keys that start with this text.</summary>
    [Parameter(ParameterSetName = RangeArgument.PrefixSet, Mandatory = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Prefix { get; set; } = "";

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var argument in RangeArgument.From(this, Path, Prefix) ?? [RangeArgument.All])
        {
            Follow(argument);
        }
    }
}
