using System.Management.Automation;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Makes an open store the current store of the session.</summary>
/// <remarks>After a failure no store is current.</remarks>
[Cmdlet(VerbsCommon.Select, "KvStore")]
[OutputType(typeof(KvConnection))]
public sealed class SelectKvStoreCommand() : KvTargetCmdlet("Select-KvStore")
{
    private readonly List<IKvStore> _meant = [];

    /// <summary>The store: its name, or the output of Connect-KvStore or Get-KvStore. Another runspace can have opened it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Connection", "Name")]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public object? Store { get; set; }

    /// <summary>Emit the store.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (StoreArgument.TryResolve(Store, out var store, out var error))
        {
            _meant.Add(store);
            return;
        }

        Fail(error);
    }

    /// <inheritdoc/>
    protected override void Complete()
    {
        // The last of several stores, or the previous one after an empty pipeline, would be a store that the user has not chosen.
        var stores = _meant.Distinct().ToList();
        if (stores is not [var store])
        {
            Fail(ErrorRecords.NotOneStore(stores.Count, string.Join(", ", stores.Select(OpenStores.NameOf))));
            return;
        }

        if (!OpenStores.TrySelect(store))
        {
            Fail(ErrorRecords.StoreNotOpen(store.Info.Address));
        }

        if (PassThru)
        {
            WriteObject(OpenStores.Current);
        }
    }
}
