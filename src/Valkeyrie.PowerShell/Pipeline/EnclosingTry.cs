using System.Collections;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Whether a <c>try</c> or a <c>trap</c> encloses what runs, anywhere up the calls. An error of an expression or of a method, such as <c>1/0</c>, is thrown
/// then; elsewhere it is written, and the script goes on with its next statement.</summary>
internal static class EnclosingTry
{
    // Public means alone: PowerShell keeps the answer to itself, so the question is put as a script would put it.
    private static readonly ScriptBlock Error = ScriptBlock.Create("& { $ErrorActionPreference = 'Ignore'; 1 / $null }");
    private static readonly ScriptBlock Enclosed = ScriptBlock.Create("try { $args[0].Invoke() } finally { }");

    /// <summary>Tells whether errors in what a cmdlet runs are thrown.</summary>
    /// <param name="cmdlet">The cmdlet, at work.</param>
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

    /// <summary>Does something with a <c>try</c> around it, so that the errors of scripts in it are thrown.</summary>
    /// <param name="work">What to do. It throws nothing itself.</param>
    public static void Put(Action work) => Enclosed.InvokeReturnAsIs(work);

    /// <summary>What PowerShell keeps of every error, <c>$Error</c> and <c>$StackTrace</c>, which are put back: the error of the question does not concern the user.</summary>
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
