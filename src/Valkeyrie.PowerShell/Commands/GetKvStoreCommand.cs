using System.Management.Automation;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Shows the stores that are open in this process, the session's current one marked; or those that are registered.</summary>
[Cmdlet(VerbsCommon.Get, "KvStore")]
[OutputType(typeof(KvConnection), typeof(RegisteredStore))]
public sealed class GetKvStoreCommand : KvCmdlet
{
    /// <summary>Only the stores of these names; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Show the stores that Register-KvStore keeps, instead of the open ones.</summary>
    [Parameter]
    public SwitchParameter Registered { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Registered)
        {
            ReportFileErrors(StoreRegister.Path, () => Write(StoreRegister.Read(), store => store.Name, ErrorRecords.StoreNotRegistered));
        }
        else
        {
            Write(OpenStores.List(), connection => connection.Name, ErrorRecords.StoreNotFound);
        }
    }

    private void Write<T>(IReadOnlyList<T> stores, Func<T, string> nameOf, Func<string, ErrorRecord> notFound)
    {
        foreach (var name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var found = stores.Where(s => pattern.IsMatch(nameOf(s))).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(notFound(name));
            }

            WriteObject(found, enumerateCollection: true);
        }
    }
}
