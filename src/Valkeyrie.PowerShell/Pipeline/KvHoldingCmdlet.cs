using System.Management.Automation;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A cmdlet that waits for something of which there is but one (a lock, a leadership), and holds it for a script or for a block.</summary>
public abstract class KvHoldingCmdlet : KvStoreCmdlet
{
    // A pipeline that is being stopped waits no longer than this. What is not done by then goes on by itself.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    /// <summary>Waits for it, or ends the command with an error.</summary>
    /// <typeparam name="THeld">What is held.</typeparam>
    /// <param name="target">What the error is about.</param>
    /// <param name="take">Takes it.</param>
    private protected THeld Hold<THeld>(string target, Func<ValueTask<THeld>> take)
        where THeld : IAsyncDisposable => OrFail(target, () =>
    {
        var taking = take().AsTask();
        try
        {
            WaitFor(taking);
            return Result(taking);
        }
        catch (PipelineStoppedException)
        {
            ReleaseIfTaken(taking);
            throw;
        }
    });

    /// <summary>Runs a block for as long as it is held, and gives it up however the block ends.</summary>
    /// <param name="block">The block.</param>
    /// <param name="argument">Its argument.</param>
    /// <param name="target">What it is about.</param>
    /// <param name="what">What is held, in words.</param>
    /// <param name="release">Gives it up.</param>
    /// <param name="lost">Fires when it is lost, which stops the block.</param>
    private protected void RunWhileHeld(
        ScriptBlock block, object argument, string target, string what, Func<CancellationToken, ValueTask> release, CancellationToken lost)
    {
        var run = new StoppableBlock(this, block, argument);
        try
        {
            RunBlock(() => run.Invoke(lost));
        }
        finally
        {
            Release(target, what, release);
        }
    }

    /// <summary>Releases, after notifying their holders, the locks or leaderships that were taken before the command failed.</summary>
    /// <param name="breaks">Each gives up one.</param>
    private protected void GiveUp(IEnumerable<Func<CancellationToken, ValueTask>> breaks)
    {
        using var patience = new CancellationTokenSource();
        using var hurry = StopToken.Register(() => patience.CancelAfter(EndPatience));
        try
        {
            Task.WhenAll(breaks.Select(one => one(patience.Token).AsTask())).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // Why the command ends is what counts. What could not be released ends with its time to live, as nothing holds it any more.
        }
    }

    private void Release(string target, string what, Func<CancellationToken, ValueTask> release)
    {
        // Also when the pipeline is being stopped: only then without waiting for long.
        using var patience = new CancellationTokenSource();
        using var hurry = StopToken.Register(() => patience.CancelAfter(EndPatience));
        try
        {
            release(patience.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (KvException e) when (e.Code is KvErrorCode.LockLost or KvErrorCode.LeadershipLost)
        {
            // In place of whatever the block ended with: that came of being stopped, or is no longer to be trusted.
            Fail(ErrorRecords.From(e, target));
        }
        catch (KvException e)
        {
            WriteWarning($"{what} could not be released: {e.Message} It ends when its time to live expires.");
        }
        catch (OperationCanceledException)
        {
            // Stopped; the release goes on in the background.
        }
    }

    // What was granted in the moment in which the pipeline was stopped has no owner.
    private static void ReleaseIfTaken<THeld>(Task<THeld> taking)
        where THeld : IAsyncDisposable => taking.ContinueWith(
            static taken => taken.Result.DisposeAsync().AsTask(),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion,
            TaskScheduler.Default);
}
