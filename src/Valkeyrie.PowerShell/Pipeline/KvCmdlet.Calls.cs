using System.Management.Automation;
using Valkeyrie.Engine.Telemetry;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Reports the calls of a command with -Verbose: before its next output, and while it waits.</summary>
public abstract partial class KvCmdlet
{
    private VerboseCalls? _calls;

    private bool IsVerbose => MyInvocation.BoundParameters.TryGetValue("Verbose", out var asked)
        ? asked is SwitchParameter { IsPresent: true }
        : LanguagePrimitives.TryConvertTo<ActionPreference>(GetVariableValue("VerbosePreference"), out var preference)
            && preference is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);

    /// <summary>Emits an object.</summary>
    /// <param name="sendToPipeline">The object.</param>
    protected new void WriteObject(object? sendToPipeline)
    {
        TellCalls();
        base.WriteObject(sendToPipeline);
    }

    /// <inheritdoc cref="WriteObject(object?)"/>
    /// <param name="sendToPipeline">The object.</param>
    /// <param name="enumerateCollection">True to emit the elements of a collection.</param>
    protected new void WriteObject(object? sendToPipeline, bool enumerateCollection)
    {
        TellCalls();
        base.WriteObject(sendToPipeline, enumerateCollection);
    }

    /// <summary>Writes an error that does not end the command.</summary>
    /// <param name="errorRecord">The error.</param>
    protected new void WriteError(ErrorRecord errorRecord)
    {
        TellCalls();
        base.WriteError(errorRecord);
    }

    private void BeginToTellCalls()
    {
        if (IsVerbose)
        {
            _calls = new VerboseCalls();
            Blocking.Tell = TellCalls;
        }
    }

    // The next command of the pipeline, or a block, runs inside this one. It reports its own calls.
    private CallObservation.Scope ObserveOwnCalls() => VerboseCalls.Enter(_calls);

    private void TellCalls() => _calls?.Tell(WriteVerbose);
}
