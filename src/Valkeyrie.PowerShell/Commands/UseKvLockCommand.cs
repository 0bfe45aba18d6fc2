using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Runs a block while holding the lock of a key, and releases the lock however the block ends. The block is stopped if the lock is lost.</summary>
[Cmdlet(VerbsOther.Use, "KvLock", SupportsShouldProcess = true)]
[OutputType(typeof(object))]
public sealed class UseKvLockCommand : KvLockCmdlet
{
    /// <summary>The key; it need not exist.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Key { get; set; } = "";

    /// <summary>What to run, in a scope below the caller's. The lock is its first argument: <c>param($lock)</c> or <c>$args[0]</c>.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <inheritdoc/>
    protected override void Complete()
    {
        if (!ShouldProcess(Key, "Run the block under the lock"))
        {
            return;
        }

        var held = Take(Key);
        var run = new StoppableBlock(this, ScriptBlock, new LentLock(held));
        try
        {
            RunBlock(() => run.Invoke(held.Lost));
        }
        finally
        {
            Release(held);
        }
    }

    private void Release(KvLock held)
    {
        // Also when the pipeline is being stopped: only then without waiting for long. What is not done by then goes on by itself.
        using var patience = new CancellationTokenSource();
        using var hurry = StopToken.Register(() => patience.CancelAfter(TimeSpan.FromSeconds(1)));
        try
        {
            held.UnlockAsync(patience.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (KvLockLostException e)
        {
            // In place of whatever the block ended with: that came of being stopped, or is no longer to be trusted.
            Fail(ErrorRecords.From(e, held.Key));
        }
        catch (KvException e)
        {
            WriteWarning($"The lock of '{held.Key}' could not be released, and ends with its time to live: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            // Stopped; the release goes on in the background.
        }
    }
}
