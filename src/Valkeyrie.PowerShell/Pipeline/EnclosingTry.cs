using System.Collections;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Determines whether a <c>try</c> or a <c>trap</c> encloses the running code at any level of the call stack. If so, an error of an expression or a
/// method, such as <c>1/0</c>, is thrown; otherwise it is written, and the script continues with its next statement.</summary>
internal static class EnclosingTry
{
    // With public means only: PowerShell does not expose the answer, so the question is asked as a script would ask it.
    private static readonly ScriptBlock Error = ScriptBlock.Create("& { $ErrorActionPreference = 'Ignore'; 1 / $null }");
    private static readonly ScriptBlock Enclosed = ScriptBlock.Create("try { $args[0].Invoke() } finally { }");

    /// <summary>True if errors in scripts that a cmdlet runs are thrown.</summary>
    /// <param name="cmdlet">The running cmdlet.</param>
    public static bool IsAround(PSCmdlet cmdlet)
    {
        using var traces = new ErrorTraces(cmdlet.SessionState);
        using var probe = Error.GetSteppablePipeline();
        try
        {
            probe.Begin(expectInput: false);
            probe.End();
            return false;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            return true;
        }
    }

    /// <summary>Runs an action inside a <c>try</c>, so the errors of its scripts are thrown.</summary>
    /// <param name="work">The action. It throws nothing itself.</param>
    public static void Put(Action work) => Enclosed.InvokeReturnAsIs(work);

    /// <summary>Restores the traces of an error in <c>$Error</c> and <c>$StackTrace</c>: the error of the question does not concern the user.</summary>
    private sealed class ErrorTraces : IDisposable
    {
        private const string StackTrace = "global:StackTrace";

        private readonly SessionState _state;
        private readonly ArrayList? _errors;
        private readonly object? _newest;
        private readonly object? _stackTrace;

        public ErrorTraces(SessionState state)
        {
            _state = state;
            _errors = state.PSVariable.GetValue("global:Error") as ArrayList;
            _newest = Newest;
            _stackTrace = state.PSVariable.GetValue(StackTrace);
        }

        private object? Newest => _errors is { Count: > 0 } ? _errors[0] : null;

        public void Dispose()
        {
            if (Newest != _newest)
            {
                _errors!.RemoveAt(0);
            }

            _state.PSVariable.Set(StackTrace, _stackTrace);
        }
    }
}
