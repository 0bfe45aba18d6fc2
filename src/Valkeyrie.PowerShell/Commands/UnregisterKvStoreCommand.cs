using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Removes the registration of stores. Open stores stay open, and no key is removed.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "KvStore", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UnregisterKvStoreCommand : KvCmdlet
{
    /// <summary>The names of the registrations.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TextOf("Name")]
    [ArgumentCompleter(typeof(RegisteredStoreCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process() => ReportFileErrors(StoreRegister.Path, () =>
    {
        foreach (var name in Name.Where(name => ShouldProcess(name, "Unregister the store")))
        {
            var isKnown = false;
            StoreRegister.Change(
                stores =>
                {
                    isKnown = stores.Any(s => s.IsNamed(name));
                    return isKnown ? stores.Where(s => !s.IsNamed(name)) : null;
                },
                StopToken);
            if (!isKnown)
            {
                WriteError(ErrorRecords.StoreNotRegistered(name));
            }
        }
    });
}
