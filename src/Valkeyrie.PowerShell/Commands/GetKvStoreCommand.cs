using System.Management.Automation;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Shows the stores that are open in this process; the session's current one is marked.</summary>
[Cmdlet(VerbsCommon.Get, "KvStore")]
[OutputType(typeof(KvConnection))]
public sealed class GetKvStoreCommand : KvCmdlet
{
    /// <summary>Only the stores of these names; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var found = OpenStores.List().Where(c => pattern.IsMatch(c.Name)).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(ErrorRecords.StoreNotFound(name));
            }

            WriteObject(found, enumerateCollection: true);
        }
    }
}
