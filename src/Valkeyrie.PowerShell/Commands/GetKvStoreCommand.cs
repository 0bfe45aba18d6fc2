using System.Management.Automation;
using Valkeyrie.Engine;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Lists the open stores of this process with their state and a mark for the current one; or the registered stores.</summary>
[Cmdlet(VerbsCommon.Get, "KvStore")]
[OutputType(typeof(KvConnection), typeof(KvRegisteredStore))]
public sealed class GetKvStoreCommand : KvCmdlet
{
    /// <summary>The names of the stores; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>List the stores that Register-KvStore saved, instead of the open ones.</summary>
    [Parameter]
    public SwitchParameter Registered { get; set; }

    /// <summary>How long to wait for the answers of all stores together: a TimeSpan or seconds. Default: 2 seconds.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override void Begin() => OptionRules.CheckEndpointTimeout(Timeout);

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Registered)
        {
            ReportFileErrors(StoreRegister.Path, () => Write(StoreRegister.Read(), store => store.Name, ErrorRecords.StoreNotRegistered, found => found));
        }
        else
        {
            Write(OpenStores.List(), connection => connection.Name, ErrorRecords.StoreNotFound, found => Wait(StoreStates.ReadAsync(found, Timeout, StopToken)));
        }
    }

    private void Write<T>(
        IReadOnlyList<T> stores, Func<T, string> nameOf, Func<string, ErrorRecord> notFound, Func<IReadOnlyList<T>, IReadOnlyList<T>> asShown)
    {
        var meant = new List<T>();
        foreach (var name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var found = stores.Where(s => pattern.IsMatch(nameOf(s))).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(notFound(name));
            }

            meant.AddRange(found);
        }

        WriteObject(asShown(meant), enumerateCollection: true);
    }
}
