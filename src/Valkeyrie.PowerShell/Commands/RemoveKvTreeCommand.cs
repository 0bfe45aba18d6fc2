using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Removes every key of a directory and the key of its own name, or of a prefix, or of the whole store.</summary>
[Cmdlet(VerbsCommon.Remove, "KvTree", DefaultParameterSetName = RangeArgument.PathSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(long))]
public sealed class RemoveKvTreeCommand : KvStoreCmdlet
{
    private const string AllSet = "All";

    /// <summary>The directories: <c>app</c> removes the keys that start with <c>app/</c> and the key <c>app</c>.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Path")]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string[]? Path { get; set; }

    /// <summary>Remove the keys that start with this text, whatever follows.</summary>
    [Parameter(ParameterSetName = RangeArgument.PrefixSet, Mandatory = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Prefix { get; set; } = "";

    /// <summary>Remove every key of the store (of its namespace, where it has one).</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>Emit how many keys were removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var argument in Ranges())
        {
            ReportErrors(argument, () => Remove(argument.Range));
        }
    }

    private IEnumerable<RangeArgument> Ranges()
    {
        var ranges = All ? [RangeArgument.All] : RangeArgument.From(this, Path, Prefix);
        if (ranges is null || (ParameterSetName == AllSet && !All))
        {
            ThrowTerminatingError(ErrorRecords.InvalidArgument("Say what to remove: a directory with -Path, a prefix with -Prefix, or everything with -All."));
        }

        return ranges!;
    }

    private void Remove(KvRange range)
    {
        if (!ShouldProcess($"{range} of {Target.Info.Address}", "Remove all keys"))
        {
            return;
        }

        var removed = Wait(Target.DeleteTreeAsync(range, StopToken));
        if (PassThru)
        {
            WriteObject(removed);
        }
    }
}
