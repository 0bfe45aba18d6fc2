using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Transactions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Checks conditions and does one thing or another in one atomic step.</summary>
/// <remarks>The blocks say what is to be done by Set-KvValue, Remove-KvValue and Get-KvValue. Both are run before anything is sent: in them these
/// commands are recorded, change nothing and emit nothing. What they gave is in the emitted object. An error in a block ends the command, and nothing is done; so
/// does a transaction that fails.</remarks>
[Cmdlet(VerbsLifecycle.Invoke, "KvTransaction", SupportsShouldProcess = true)]
[OutputType(typeof(KvTransactionOutcome))]
public sealed class InvokeKvTransactionCommand : KvStoreCmdlet
{
    private readonly List<KvCondition> _conditions = [];

    /// <summary>The conditions, made by New-KvCondition, all of which must hold. Default: none, so that -Then is done.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public KvCondition[] If { get; set; } = [];

    /// <summary>What is done if the conditions hold. No key may be written twice.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNull]
    public ScriptBlock? Then { get; set; }

    /// <summary>What is done if one does not hold. No key may be written twice.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNull]
    public ScriptBlock? Else { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _conditions.AddRange(If);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (MyInvocation.ExpectingInput && _conditions.Count == 0)
        {
            ThrowTerminatingError(ErrorRecords.InvalidArgument("No condition came through the pipeline. For a transaction without conditions call it outside of one."));
        }

        var transactions = OrTerminate(null, Target.GetCapability<IKvTransactions>);
        var transaction = new KvTransaction { If = _conditions, Then = Record(Then), Else = Record(Else) };
        if (ShouldProcess(Target.Info.Address, $"Commit transaction: {transaction}"))
        {
            var result = OrTerminate(null, () => Wait(transactions.CommitAsync(transaction, StopToken)));
            WriteObject(new KvTransactionOutcome(transaction, result));
        }
    }

    // A command that fails ends the block: a transaction of which a part is missing must not be made.
    private IReadOnlyList<KvOperation> Record(ScriptBlock? block) => block is null
        ? []
        : TransactionRecording.Of(Target, () => block.InvokeWithContext(null, [new PSVariable("ErrorActionPreference", ActionPreference.Stop)]));
}
