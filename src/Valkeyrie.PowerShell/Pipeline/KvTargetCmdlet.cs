using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A cmdlet that chooses the current store. Until it has, none is current: what comes after its failure is not written into the store before.</summary>
public abstract class KvTargetCmdlet : KvCmdlet
{
    private readonly string _command;
    private bool _begun;

    /// <summary>Prepares the command.</summary>
    /// <param name="command">Its name, for errors.</param>
    private protected KvTargetCmdlet(string command) => _command = command;

    /// <inheritdoc/>
    protected override void Begin()
    {
        _begun = true;
        LeaveCurrent();
    }

    /// <summary>Leaves the session without a current store, until the next one is chosen.</summary>
    private protected void LeaveCurrent()
    {
        DefaultStore.GiveWay();
        OpenStores.LeaveCurrent($"the last {_command} failed");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // PowerShell also disposes a command whose arguments it could not bind, such as an unset variable: it has failed like any other.
        if (disposing && !_begun)
        {
            LeaveCurrent();
        }

        base.Dispose(disposing);
    }
}
