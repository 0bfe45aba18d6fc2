using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Proclaims a new value for the observers of an election, without a new election. Only the leader can do this.</summary>
[Cmdlet(VerbsCommon.Set, "KvElection", SupportsShouldProcess = true)]
[OutputType(typeof(KvLeadership))]
public sealed class SetKvElectionCommand : KvCmdlet
{
    /// <summary>The leadership, from Enter-KvElection or as the argument of the block of Use-KvElection.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public KvLeadership Leadership { get; set; } = null!;

    /// <summary>The value: text as UTF-8, bytes unchanged, numbers, dates and similar objects culture-invariant, and any other object as JSON.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [AllowEmptyString]
    [AllowNull]
    public object? Value { get; set; }

    /// <summary>Emit the leadership.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var value = OrFail(Leadership.Name, () => ValueBytes.From(Value, new JsonConversion(InvokeCommand).ToJson, Leadership.Name));
        if (!ShouldProcess(Leadership.Name, "Proclaim a value"))
        {
            return;
        }

        // A script must not continue as if it led, so this error ends it, like the error of a lost lock.
        OrFail(Leadership.Name, () =>
        {
            Wait(Leadership.ProclaimAsync(value, StopToken));
            return true;
        });
        if (PassThru)
        {
            WriteObject(Leadership);
        }
    }
}
