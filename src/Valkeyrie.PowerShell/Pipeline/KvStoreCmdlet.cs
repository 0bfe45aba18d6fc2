using System.Management.Automation;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A cmdlet that works on a store.</summary>
public abstract class KvStoreCmdlet : KvCmdlet
{
    private IKvStore? _target;

    /// <summary>The store: what Connect-KvStore gave, the name of an open one, or any <see cref="IKvStore"/>. Default: the session's current store, and
    /// where none was connected, the user's own file.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public object? Store { get; set; }

    /// <summary>The store to work on; there from <see cref="BeginProcessing"/> on.</summary>
    protected IKvStore Target => _target ?? throw new InvalidOperationException("The store is known only once processing has begun.");

    /// <summary>False for a command that was asked for something that needs no store.</summary>
    private protected virtual bool NeedsStore => true;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!NeedsStore)
        {
            return;
        }

        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Store)))
        {
            _target = (OpenStores.Current ?? OpenDefault()).Store;
        }
        else if (!StoreArgument.TryResolve(Store, out _target, out var error))
        {
            ThrowTerminatingError(error);
        }
    }

    private KvConnection OpenDefault()
    {
        var others = OpenStores.List().Where(c => c.Name != DefaultStore.Name).Select(c => c.Name).ToList();
        var connection = OrTerminate(null, () => Connect(DefaultStore.Open(), DefaultStore.Name));
        OpenStores.Add(connection);
        if (others.Count > 0)
        {
            // Here the user's mind is likely on another store: one whose runspace is not this one, or that is no longer current. Said every time.
            WriteWarning($"No store is current here, so the file '{DefaultStore.Path}' is used. An open one is found by its name: -Store {others[0]}.");
        }
        else if (DefaultStore.MustWarn())
        {
            WriteWarning($"No store is connected, so the file '{DefaultStore.Path}' is used. Connect-KvStore connects to another; this is said once.");
        }

        return connection;
    }
}
