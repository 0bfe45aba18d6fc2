using System.Management.Automation;
using System.Runtime.ExceptionServices;
using PowerShellEngine = System.Management.Automation.PowerShell;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Runs a script block as a part of a cmdlet, so that it can be stopped by itself while the rest of the pipeline lives on.</summary>
/// <remarks>The call of the block is joined to the cmdlet's own streams, redirections and all, but carried out inside a nested pipeline, which is what
/// there is to stop. How it ended (an error, a break, a later command that has enough) is carried past the nested pipeline, which would swallow it. A nested
/// pipeline also begins as if no <c>try</c> were around it, so that one is put there where one is: what is in the block behaves as in <c>&amp; { }</c>.
/// </remarks>
/// <param name="cmdlet">The cmdlet that it is part of.</param>
/// <param name="block">The block.</param>
/// <param name="argument">Its argument.</param>
internal sealed class StoppableBlock(PSCmdlet cmdlet, ScriptBlock block, object argument)
{
    // Whoever stops the block learns that it has ended, and waits no longer than this for it.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    private const string CallBack = "$args[0].Invoke()";
    private const string EnclosedCallBack = "try { $args[0].Invoke() } finally { }";

    private static readonly ScriptBlock Throw = ScriptBlock.Create("throw $args[0]");

    private ExceptionDispatchInfo? _end;

    /// <summary>Runs the block to its end, or until the token fires.</summary>
    /// <param name="stop">Stops the block, also in the middle of a command that waits. Nothing is thrown for that.</param>
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

        // Without a try around it only an error that is to stop the script gets out of a block, and a cmdlet that passes it on as it is would stop a statement alone.
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
            // Begun, not awaited: the pipeline that is to stop may be waiting for this very thread.
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
#pragma warning disable CA1031 // whatever it is, it is thrown again outside
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
