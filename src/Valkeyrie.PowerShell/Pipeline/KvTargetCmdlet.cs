using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets that choose the current store. Until one has succeeded, no store is current: commands after a failure must not write to the
/// previous store.</summary>
public abstract class KvTargetCmdlet : KvCmdlet
{
    private readonly string _command;
    private bool _begun;

    /// <summary>Initializes the command.</summary>
    /// <param name="command">Its name, for errors.</param>
    private protected KvTargetCmdlet(string command) => _command = command;

    /// <inheritdoc/>
    protected override void Begin()
    {
        _begun = true;
        LeaveCurrent();
    }

    /// <summary>Leaves the session without a current store until the next one is chosen.</summary>
    private protected void LeaveCurrent()
    {
        DefaultStore.GiveWay();
        OpenStores.LeaveCurrent($"the last {_command} failed");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // PowerShell also disposes a command whose arguments could not be bound, such as an unset variable. Such a command has failed, too.
        if (disposing && !_begun)
        {
            LeaveCurrent();
        }

        base.Dispose(disposing);
    }
}
