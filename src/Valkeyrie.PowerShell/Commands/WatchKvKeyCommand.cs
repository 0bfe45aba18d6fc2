using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Watches keys: emits their current state, then every change.</summary>
[Cmdlet(VerbsCommon.Watch, "KvKey")]
[OutputType(typeof(KvEvent))]
public sealed class WatchKvKeyCommand : KvWatchCmdlet
{
    /// <summary>The keys, which do not have to exist. Keys from the pipeline are collected, then watched together.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var key in Key)
        {
            WarnOfWildcard(key);
            Follow(new RangeArgument(key, KvRange.Key));
        }
    }
}
