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

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Store)))
        {
            _target = CurrentStore.Get(OpenDefault, WriteWarning);
        }
        else if (!StoreArgument.TryResolve(Store, out _target, out var error))
        {
            ThrowTerminatingError(error);
        }
    }

    private KvConnection OpenDefault() => OrTerminate(null, () => Connect(DefaultStore.Open(), DefaultStore.Name));
}
