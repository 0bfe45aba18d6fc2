using System.Management.Automation;
using Valkeyrie.Engine;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Tests whether each endpoint of a store serves, and shows the reason if it does not.</summary>
/// <remarks>An endpoint that does not answer is a result of the command, not an error.</remarks>
[Cmdlet(VerbsDiagnostic.Test, "KvStore")]
[OutputType(typeof(KvEndpointStatus))]
public sealed class TestKvStoreCommand : KvCmdlet
{
    // The name of the store, which the status of an endpoint does not contain.
    private const string StoreProperty = "Store";

    private readonly List<(IKvStore Store, Task<List<KvEndpointStatus>> Statuses)> _asked = [];

    /// <summary>The stores, or their names. Default: the current store of the session; in a process without any connection, the user's default file.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Connection", "Name")]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public object? Store { get; set; }

    /// <summary>How long to wait for one answer of an endpoint: a TimeSpan or seconds. Default: 5 seconds.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override void Begin() => OptionRules.CheckEndpointTimeout(Timeout);

    /// <inheritdoc/>
    protected override void Process()
    {
        IKvStore? store;
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Store)))
        {
            store = FindCurrentStore();
        }
        else if (!StoreArgument.TryResolve(Store, out store, out var error))
        {
            WriteError(error);
            return;
        }

        // All stores are queried at the same time.
        _asked.Add((store, Task.Run(() => AskAsync(store))));
    }

    /// <inheritdoc/>
    protected override void Complete()
    {
        foreach (var (store, statuses) in _asked)
        {
            ReportErrors(store.Info.Address, () => Write(store, Wait(new ValueTask<List<KvEndpointStatus>>(statuses))));
        }
    }

    private async Task<List<KvEndpointStatus>> AskAsync(IKvStore store)
    {
        var statuses = new List<KvEndpointStatus>();
        await foreach (var status in PingedEndpoint.Of(store).CheckEndpointsAsync(Timeout, StopToken).ConfigureAwait(false))
        {
            statuses.Add(status);
        }

        var order = store.Info.Endpoints.ToList();
        return [.. statuses.OrderBy(s => order.IndexOf(s.Endpoint))];
    }

    private void Write(IKvStore store, List<KvEndpointStatus> statuses)
    {
        var name = VisibleText.Of(OpenStores.NameOf(store));
        foreach (var status in statuses)
        {
            var shown = PSObject.AsPSObject(status);
            shown.Properties.Add(new PSNoteProperty(StoreProperty, name));
            WriteObject(shown);
        }
    }
}
