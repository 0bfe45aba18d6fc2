using System.Management.Automation;
using System.Runtime.ExceptionServices;
using PowerShellEngine = System.Management.Automation.PowerShell;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Runs a script block inside a cmdlet so that it can be stopped while the rest of the pipeline continues.</summary>
/// <remarks>The call of the block uses the cmdlet's own streams and redirections, but runs inside a nested pipeline, which is what
/// can be stopped. The end of the block (an error, a break, a later command that needs no more input) is carried past the nested pipeline, which would swallow
/// it. A nested pipeline also ignores an enclosing <c>try</c>, so one is added if there is one outside: the block behaves as in <c>&amp; { }</c>.
/// </remarks>
/// <param name="cmdlet">The cmdlet that runs the block.</param>
/// <param name="block">The block.</param>
/// <param name="argument">Its argument.</param>
internal sealed class StoppableBlock(PSCmdlet cmdlet, ScriptBlock block, object argument)
{
    // The code that stops the block is notified of its end, and waits at most this long for it.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    private const string CallBack = "$args[0].Invoke()";
    private const string EnclosedCallBack = "try { $args[0].Invoke() } finally { }";

    private static readonly ScriptBlock Throw = ScriptBlock.Create("throw $args[0]");

    private ExceptionDispatchInfo? _end;

    /// <summary>Runs the block to its end, or until the token fires.</summary>
    /// <param name="stop">Stops the block, also during a command that waits, without an exception.</param>
    public void Invoke(CancellationToken stop)
    {
        var isEnclosed = EnclosingTry.IsAround(cmdlet);
        using var call = BlockCall.Of(block, argument).GetSteppablePipeline(cmdlet.MyInvocation.CommandOrigin);
        call.Begin(cmdlet);
        using var nested = PowerShellEngine.Create(RunspaceMode.CurrentRunspace);
        nested.AddScript(isEnclosed ? EnclosedCallBack : CallBack, useLocalScope: true).AddArgument(new Action(() => RunInside(nested, call, stop)));
        try
        {
            nested.Invoke();
        }
        catch (PipelineStoppedException) when (stop.IsCancellationRequested)
        {
            return;
        }

        if (stop.IsCancellationRequested)
        {
            return;
        }

        // Without an enclosing try, only an error that stops the script leaves a block. If a cmdlet passed it on unchanged, it would stop only one statement.
        if (!isEnclosed && _end?.SourceException is RuntimeException { WasThrownFromThrowStatement: false } error
            and not (PipelineStoppedException or ActionPreferenceStopException or CmdletInvocationException))
        {
            Throw.InvokeReturnAsIs(error);
        }

        _end?.Throw();
    }

    private void RunInside(PowerShellEngine nested, SteppablePipeline call, CancellationToken stop)
    {
        using var ended = new ManualResetEventSlim();
        var pipelineThread = Environment.CurrentManagedThreadId;
        using var stopping = stop.Register(() =>
        {
            // Started, not awaited: the pipeline to stop can be waiting for this thread.
            nested.BeginStop(null, null);
            if (Environment.CurrentManagedThreadId != pipelineThread)
            {
                ended.Wait(EndPatience);
            }
        });
        try
        {
            call.End();
        }
#pragma warning disable CA1031 // any exception is rethrown outside
        catch (Exception e)
#pragma warning restore CA1031
        {
            _end = ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            ended.Set();
        }
    }
}
