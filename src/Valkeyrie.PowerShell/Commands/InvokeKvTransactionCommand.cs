using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Runtime.ExceptionServices;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Transactions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Checks conditions and runs one of two lists of operations in one atomic step.</summary>
/// <remarks>The blocks specify the operations with Set-KvValue, Remove-KvValue and Get-KvValue. Both blocks run before anything is sent. In them these
/// commands are recorded: they change nothing and emit nothing. Their results are in the emitted object. An error in a block ends the command without any
/// change, and so does a failed transaction.</remarks>
[Cmdlet(VerbsLifecycle.Invoke, "KvTransaction", DefaultParameterSetName = AlwaysSet, SupportsShouldProcess = true)]
[OutputType(typeof(KvTransactionOutcome))]
public sealed class InvokeKvTransactionCommand : KvStoreCmdlet
{
    // This set exists next to the one with conditions, so a first block without a name binds to -Then.
    private const string AlwaysSet = "Always";
    private const string ConditionsSet = "Conditions";

    private readonly List<KvCondition> _conditions = [];

    /// <summary>The conditions from New-KvCondition, all of which must hold. Default: none, so -Then runs.</summary>
    [Parameter(ParameterSetName = ConditionsSet, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public KvCondition[] If { get; set; } = [];

    /// <summary>The operations if all conditions hold. A key must not be written twice.</summary>
    [Parameter(ParameterSetName = AlwaysSet, Position = 0)]
    [Parameter(ParameterSetName = ConditionsSet, Position = 1)]
    [ValidateNotNull]
    public ScriptBlock? Then { get; set; }

    /// <summary>The operations if a condition does not hold. A key must not be written twice.</summary>
    [Parameter(ParameterSetName = AlwaysSet, Position = 1)]
    [Parameter(ParameterSetName = ConditionsSet, Position = 2)]
    [ValidateNotNull]
    public ScriptBlock? Else { get; set; }

    /// <inheritdoc/>
    protected override void Process() => _conditions.AddRange(If);

    /// <inheritdoc/>
    protected override void Complete()
    {
        if (MyInvocation.ExpectingInput && _conditions.Count == 0)
        {
            Fail(ErrorRecords.InvalidArgument("The pipeline passed no condition. To run a transaction without conditions, call Invoke-KvTransaction outside a pipeline."));
        }

        var transactions = OrFail(null, Target.GetCapability<IKvTransactions>);
        var transaction = new KvTransaction { If = _conditions, Then = Record(Then, nameof(Then)), Else = Record(Else, nameof(Else)) };
        if (ShouldProcess(Target.Info.Address, $"Commit transaction: {transaction}"))
        {
            var result = OrFail(null, () => Wait(transactions.CommitAsync(transaction, StopToken)));
            WriteObject(new KvTransactionOutcome(transaction, result));
        }
    }

    // Any error ends the block: an incomplete transaction must not be committed.
    private IReadOnlyList<KvOperation> Record(ScriptBlock? block, string parameter)
    {
        if (block is null)
        {
            return [];
        }

        ExceptionDispatchInfo? end = null;
        Collection<PSObject> output = [];
        var operations = TransactionRecording.Of(Target, () => EnclosingTry.Put(() => end = Run(block, out output)));
        if (HasErrorAction && end?.SourceException is RuntimeException { WasThrownFromThrowStatement: false } error and not PipelineStoppedException)
        {
            Fail(new ErrorRecord(error.ErrorRecord, error));
        }

        // The error contains its own position in the block.
        RunBlock(() => end?.Throw());
        WarnOfOutput(output, parameter);
        return operations;
    }

    // The command emits only the outcome, which a script uses as one object. The reads of a block have no result until the commit.
    private void WarnOfOutput(Collection<PSObject> output, string parameter)
    {
        if (output.FirstOrDefault(o => o is not null) is { } first)
        {
            WriteWarning($"The block of -{parameter} emitted {(output.Count == 1 ? "an object" : $"{output.Count} objects")} ({first.BaseObject.GetType().Name}), which is not passed to the pipeline. "
                + "Assign such output to a variable or to $null. The results contain the pairs that Get-KvValue reads.");
        }
    }

    // The error of a block is carried past the invocation, which would turn it into another error.
    private static ExceptionDispatchInfo? Run(ScriptBlock block, out Collection<PSObject> output)
    {
        output = [];
        try
        {
            output = block.InvokeWithContext(null, [new PSVariable("ErrorActionPreference", ActionPreference.Stop)]);
            return null;
        }
#pragma warning disable CA1031 // any exception is rethrown outside
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ExceptionDispatchInfo.Capture(e);
        }
    }
}
