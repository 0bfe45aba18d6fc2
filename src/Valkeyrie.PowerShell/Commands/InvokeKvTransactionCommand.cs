using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Runtime.ExceptionServices;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Transactions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Checks conditions and does one thing or another in one atomic step.</summary>
/// <remarks>The blocks say what is to be done by Set-KvValue, Remove-KvValue and Get-KvValue. Both are run before anything is sent: in them these
/// commands are recorded, change nothing and emit nothing. What they gave is in the emitted object. An error in a block ends the command, and nothing is done; so
/// does a transaction that fails.</remarks>
[Cmdlet(VerbsLifecycle.Invoke, "KvTransaction", DefaultParameterSetName = AlwaysSet, SupportsShouldProcess = true)]
[OutputType(typeof(KvTransactionOutcome))]
public sealed class InvokeKvTransactionCommand : KvStoreCmdlet
{
    // Beside the other one, so that a block that comes first is the one of -Then.
    private const string AlwaysSet = "Always";
    private const string ConditionsSet = "Conditions";

    private readonly List<KvCondition> _conditions = [];

    /// <summary>The conditions, made by New-KvCondition, all of which must hold. Default: none, so that -Then is done.</summary>
    [Parameter(ParameterSetName = ConditionsSet, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public KvCondition[] If { get; set; } = [];

    /// <summary>What is done if the conditions hold. No key may be written twice.</summary>
    [Parameter(ParameterSetName = AlwaysSet, Position = 0)]
    [Parameter(ParameterSetName = ConditionsSet, Position = 1)]
    [ValidateNotNull]
    public ScriptBlock? Then { get; set; }

    /// <summary>What is done if one does not hold. No key may be written twice.</summary>
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

    // An error ends the block, wherever in it that is: a transaction of which a part is missing must not be made.
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

        // It says itself where in the block it is.
        RunBlock(() => end?.Throw());
        WarnOfOutput(output, parameter);
        return operations;
    }

    // The command emits the outcome alone, which a script takes as one object. The reads of a block give nothing before it is done.
    private void WarnOfOutput(Collection<PSObject> output, string parameter)
    {
        if (output.FirstOrDefault(o => o is not null) is { } first)
        {
            WriteWarning($"The block of -{parameter} emitted {(output.Count == 1 ? "an object" : $"{output.Count} objects")} ({first.BaseObject.GetType().Name}), which is not passed to the pipeline. "
                + "Assign such output to a variable or to $null. The results contain the pairs that Get-KvValue reads.");
        }
    }

    // How a block ends is carried past the script that runs it, which would make another error of it.
    private static ExceptionDispatchInfo? Run(ScriptBlock block, out Collection<PSObject> output)
    {
        output = [];
        try
        {
            output = block.InvokeWithContext(null, [new PSVariable("ErrorActionPreference", ActionPreference.Stop)]);
            return null;
        }
#pragma warning disable CA1031 // whatever it is, it is thrown again outside
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ExceptionDispatchInfo.Capture(e);
        }
    }
}
