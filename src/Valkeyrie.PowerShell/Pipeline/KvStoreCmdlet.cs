using System.Management.Automation;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Sessions;
using Valkeyrie.PowerShell.Transactions;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets that use a store.</summary>
public abstract class KvStoreCmdlet : KvCmdlet
{
    private IKvStore? _target;

    /// <summary>The store: the output of Connect-KvStore, the name of an open store, or any <see cref="IKvStore"/>. Default: the current store of the session;
    /// in a process without any connection, the user's default file.</summary>
    [Parameter]
    [Alias("Connection")]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public object? Store { get; set; }

    /// <summary>The store of the command, available from <see cref="Begin"/> on.</summary>
    protected IKvStore Target => _target ?? throw new InvalidOperationException("The store is known only once processing has begun.");

    /// <summary>False if the arguments require no store.</summary>
    private protected virtual bool NeedsStore => true;

    /// <summary>The transaction that records this command instead of running it; null outside the blocks of a transaction.</summary>
    private protected TransactionRecording? Recording { get; private set; }

    /// <summary>True for a command that a transaction can contain.</summary>
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

        KeepAliveLosses.Report(Target, WriteWarning);
    }

    /// <inheritdoc/>
    private protected override void OnFailureWritten(ErrorRecord error) => Recording?.Refuse(error);

    /// <summary>Gets the store that a parameter other than -Store names; <see cref="Target"/> if that parameter is omitted. Ends the command if it names no
    /// store.</summary>
    /// <param name="parameter">The name of the parameter.</param>
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

        KeepAliveLosses.Report(store, WriteWarning);
        return store;
    }

    /// <summary>Warns of a key that looks like a pattern. For commands that wait for the key, because no error would reveal the mistake.</summary>
    /// <param name="key">The key.</param>
    private protected void WarnOfWildcard(string? key)
    {
        if (key is not null && ErrorRecords.LooksLikeWildcard(key))
        {
            WriteWarning($"'{key}' is read literally, as the name of one key. To watch a directory, use Watch-KvTree; to watch all keys with a prefix, use Watch-KvTree -Prefix.");
        }
    }

    /// <summary>True if the user sees a description of the change, for -WhatIf or in a prompt. Details that cost calls are described only then.</summary>
    /// <param name="impact">The impact of the command.</param>
    private protected bool IsShown(ConfirmImpact impact) => IsOn("WhatIf", LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference")))
        || IsOn("Confirm", LanguagePrimitives.ConvertTo<ConfirmImpact>(GetVariableValue("ConfirmPreference", ConfirmImpact.High)) is not ConfirmImpact.None and var least && least <= impact);

    private bool IsOn(string parameter, bool preference) =>
        MyInvocation.BoundParameters.TryGetValue(parameter, out var value) ? LanguagePrimitives.IsTrue(value) : preference;

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

    /// <summary>Refuses -Recurse:$false for commands that always process whole trees.</summary>
    /// <param name="recurse">The argument.</param>
    private protected void CheckRecurse(SwitchParameter recurse)
    {
        if (MyInvocation.BoundParameters.ContainsKey("Recurse") && !recurse)
        {
            Fail(ErrorRecords.InvalidArgument("-Recurse cannot be false: a tree always includes all of its levels. To list the first level only, use Get-KvTree -Depth 1."));
        }
    }
}
