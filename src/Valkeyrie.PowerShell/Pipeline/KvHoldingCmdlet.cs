using System.Management.Automation;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets that wait for a lock or a leadership, which has one holder at a time, and hold it for a script or a block.</summary>
public abstract class KvHoldingCmdlet : KvStoreCmdlet
{
    // A stopping pipeline waits at most this long. The rest of the work continues in the background.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    /// <summary>Takes the lock or leadership, or ends the command with an error.</summary>
    /// <typeparam name="THeld">The lock or leadership.</typeparam>
    /// <param name="target">The target of the error.</param>
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

    /// <summary>Runs a block while the lock or leadership is held, and releases it however the block ends.</summary>
    /// <param name="block">The block.</param>
    /// <param name="argument">Its argument.</param>
    /// <param name="target">The target of an error.</param>
    /// <param name="what">The lock or leadership in words.</param>
    /// <param name="release">Releases it.</param>
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

    /// <summary>Releases the locks or leaderships that were taken before the command failed, after their holders are notified.</summary>
    /// <param name="breaks">Each releases one of them.</param>
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
            // The cause of the command's end is the error to report. A lock that could not be released ends with its time to live, because nothing renews it.
        }
    }

    private void Release(string target, string what, Func<CancellationToken, ValueTask> release)
    {
        // Also when the pipeline is stopped, but then only with a short wait.
        using var patience = new CancellationTokenSource();
        using var hurry = StopToken.Register(() => patience.CancelAfter(EndPatience));
        try
        {
            release(patience.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (KvException e) when (e.Code is KvErrorCode.LockLost or KvErrorCode.LeadershipLost)
        {
            // Replaces any error of the block, which results from the stop or is no longer reliable.
            Fail(ErrorRecords.From(e, target));
        }
        catch (KvException e)
        {
            WriteWarning($"{what} could not be released: {e.Message} It ends when its time to live expires.");
        }
        catch (OperationCanceledException)
        {
            // The pipeline was stopped; the release continues in the background.
        }
    }

    // A lock or leadership that was granted while the pipeline was stopped has no owner.
    private static void ReleaseIfTaken<THeld>(Task<THeld> taking)
        where THeld : IAsyncDisposable => taking.ContinueWith(
            static taken => taken.Result.DisposeAsync().AsTask(),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion,
            TaskScheduler.Default);
}
