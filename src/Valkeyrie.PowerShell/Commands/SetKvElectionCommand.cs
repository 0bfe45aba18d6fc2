using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Proclaims a new value for others to read, without a new election. Only the leader can.</summary>
[Cmdlet(VerbsCommon.Set, "KvElection", SupportsShouldProcess = true)]
[OutputType(typeof(KvLeadership))]
public sealed class SetKvElectionCommand : KvCmdlet
{
    /// <summary>The leadership, as Enter-KvElection gave it, or as the block of Use-KvElection got it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public KvLeadership Leadership { get; set; } = null!;

    /// <summary>The value: text as UTF-8, bytes as they are, numbers, dates and the like culture-invariant, any other object as JSON.</summary>
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

        // Whoever goes on as if it led must not: so it is thrown, as a lock that is lost is.
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
