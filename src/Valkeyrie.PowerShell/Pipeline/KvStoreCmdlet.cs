using System.Management.Automation;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Sessions;
using Valkeyrie.PowerShell.Transactions;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A cmdlet that works on a store.</summary>
public abstract class KvStoreCmdlet : KvCmdlet
{
    private IKvStore? _target;

    /// <summary>The store: what Connect-KvStore gave, the name of an open one, or any <see cref="IKvStore"/>. Default: the session's current store, and
    /// in a process in which nobody has connected, the user's own file.</summary>
    [Parameter]
    [Alias("Connection")]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public object? Store { get; set; }

    /// <summary>The store to work on; there from <see cref="Begin"/> on.</summary>
    protected IKvStore Target => _target ?? throw new InvalidOperationException("The store is known only once processing has begun.");

    /// <summary>False for a command that was asked for something that needs no store.</summary>
    private protected virtual bool NeedsStore => true;

    /// <summary>The transaction for which this command is recorded instead of carried out; null outside of a transaction's blocks.</summary>
    private protected TransactionRecording? Recording { get; private set; }

    /// <summary>True for a command that a transaction can hold.</summary>
    private protected virtual bool CanBeRecorded => false;

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (!NeedsStore)
        {
            return;
        }

        Recording = TransactionRecording.Current;
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Store)))
        {
            _target = Recording?.Store ?? FindCurrentStore();
        }
        else if (!StoreArgument.TryResolve(Store, out _target, out var error))
        {
            Fail(error);
        }

        if (Recording is not null)
        {
            CheckRecording(Recording.Store);
        }
    }

    /// <inheritdoc/>
    private protected override void OnFailureWritten(ErrorRecord error) => Recording?.Refuse(error);

    /// <summary>The store that another parameter than -Store names; <see cref="Target"/> where that was not specified. Ends the command where it names none.</summary>
    /// <param name="parameter">The parameter's name.</param>
    /// <param name="named">Its value.</param>
    private protected IKvStore StoreOf(string parameter, object? named)
    {
        if (!MyInvocation.BoundParameters.ContainsKey(parameter))
        {
            return Target;
        }

        if (!StoreArgument.TryResolve(named, out var store, out var error))
        {
            Fail(error);
        }

        return store;
    }

    /// <summary>Warns of a key that looks like a pattern. For commands that wait for the key: they fail for no other reason that would tell.</summary>
    /// <param name="key">The key.</param>
    private protected void WarnOfWildcard(string? key)
    {
        if (key is not null && ErrorRecords.LooksLikeWildcard(key))
        {
            WriteWarning($"'{key}' is read literally, as the name of one key. To watch a directory, use Watch-KvTree; to watch all keys with a prefix, use Watch-KvTree -Prefix.");
        }
    }

    private void CheckRecording(IKvStore store)
    {
        if (!CanBeRecorded)
        {
            Fail(ErrorRecords.NotInTransaction(MyInvocation.MyCommand.Name, store.Info));
        }

        if (Target != store)
        {
            Fail(ErrorRecords.InvalidArgument(
                $"A transaction uses one store: this transaction uses '{store.Info.Address}', but -Store specifies '{Target.Info.Address}'. Omit -Store in its blocks.", Store));
        }
    }

    /// <summary>Refuses a -Recurse of false for what works on whole trees.</summary>
    /// <param name="recurse">The parameter.</param>
    private protected void CheckRecurse(SwitchParameter recurse)
    {
        if (MyInvocation.BoundParameters.ContainsKey("Recurse") && !recurse)
        {
            Fail(ErrorRecords.InvalidArgument("-Recurse cannot be false: a tree always includes all of its levels. To list the first level only, use Get-KvTree -Depth 1."));
        }
    }
}
