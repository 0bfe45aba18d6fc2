using System.Management.Automation;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Closes stores. This ends their watches, releases their locks, and removes the keys that they keep alive.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "KvStore", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class DisconnectKvStoreCommand : KvCmdlet
{
    /// <summary>The stores, or their names. Default: the current store of the session.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Connection", "Name")]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public object? Store { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        object? meant = MyInvocation.BoundParameters.ContainsKey(nameof(Store)) ? Store : OpenStores.Current;
        if (meant is null)
        {
            WriteError(ErrorRecords.NotConnected());
            return;
        }

        if (!StoreArgument.TryResolve(meant, out var store, out var error))
        {
            WriteError(error);
            return;
        }

        if (ShouldProcess(store.Info.Address, "Disconnect"))
        {
            DefaultStore.GiveWay();
            OpenStores.Remove(store);
            Wait(store.DisposeAsync());

            // Last, because -WarningAction Stop ends the command.
            KeepAliveLosses.Report(store, WriteWarning);
        }
    }
}
