using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Runs a block while holding the lock of a key. The command releases the lock however the block ends, and stops the block if the lock is
/// lost.</summary>
[Cmdlet(VerbsOther.Use, "KvLock", SupportsShouldProcess = true)]
[OutputType(typeof(object))]
public sealed class UseKvLockCommand : KvLockCmdlet
{
    /// <summary>The key, which does not have to exist.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Name")]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Key { get; set; } = "";

    /// <summary>The block, which runs in a child scope of the caller. The lock is its first argument: <c>param($lock)</c> or <c>$args[0]</c>.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [Alias("Action")]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <inheritdoc/>
    protected override void Complete()
    {
        if (!ShouldProcess(Key, "Run the block under the lock"))
        {
            return;
        }

        var held = Take(Key);
        RunWhileHeld(ScriptBlock, new LentLock(held), Key, $"The lock of '{Key}'", held.UnlockAsync, held.Lost);
    }
}
