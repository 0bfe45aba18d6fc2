using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Runs a block while leading in an election. The command resigns however the block ends, and stops the block if the leadership is lost.</summary>
[Cmdlet(VerbsOther.Use, "KvElection", SupportsShouldProcess = true)]
[OutputType(typeof(object))]
public sealed class UseKvElectionCommand : KvElectionCmdlet
{
    /// <summary>The block, which runs in a child scope of the caller. The leadership is its first argument: <c>param($leadership)</c> or
    /// <c>$args[0]</c>.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [Alias("Action")]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <inheritdoc/>
    protected override void Complete()
    {
        if (!ShouldProcess(Name, "Run the block while leading in the election"))
        {
            return;
        }

        var held = Win();
        RunWhileHeld(ScriptBlock, new LentLeadership(held), Name, $"The leadership of '{Name}'", held.ResignAsync, held.Lost);
    }
}
