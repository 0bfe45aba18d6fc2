using System.Management.Automation;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Awaits work by blocking the pipeline's own thread, which alone may write. Nothing of the work needs that thread to finish.</summary>
/// <param name="stopToken">Fires when the pipeline is being stopped.</param>
internal sealed class BlockingWait(CancellationToken stopToken)
{
    // Soon enough for whoever looks on.
    private static readonly TimeSpan TellInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Tells on the pipeline's thread what has happened, after each wait and while it lasts; null (the default) where nobody wants to know.</summary>
    public Action? Tell { get; set; }

    /// <summary>What to do on the pipeline's thread meanwhile, and how often; null (the default) for nothing.</summary>
    public (Action Do, TimeSpan Interval)? Meanwhile { get; set; }

    /// <summary>Waits for work.</summary>
    /// <param name="work">The work.</param>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped first; the work is left to end by its own token.</exception>
    public T For<T>(ValueTask<T> work)
    {
        if (work.IsCompletedSuccessfully)
        {
            Tell?.Invoke();
            return work.Result;
        }

        var task = work.AsTask();
        ForEnd(task);
        return Result(task);
    }

    /// <inheritdoc cref="For{T}"/>
    public void For(ValueTask work)
    {
        var task = work.AsTask();
        ForEnd(task);
        try
        {
            task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (stopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Waits until a task has ended, however it ended.</summary>
    /// <param name="task">The task.</param>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped first.</exception>
    public void ForEnd(Task task)
    {
        if (task.IsCompleted)
        {
            Tell?.Invoke();
            return;
        }

        var interval = Tell is null ? Meanwhile?.Interval ?? Timeout.InfiniteTimeSpan : TellInterval;
        try
        {
            // WaitAny, unlike Wait, does not throw what the task has thrown.
            while (Task.WaitAny([task], (int)interval.TotalMilliseconds, stopToken) < 0)
            {
                Tell?.Invoke();
                Meanwhile?.Do();
            }
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }

        Tell?.Invoke();
    }

    /// <summary>The result of a task that has ended.</summary>
    /// <param name="task">The task.</param>
    public T Result<T>(Task<T> task)
    {
        try
        {
            return task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (stopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">The stream; it ends early with the enumeration, or when the pipeline is stopped.</param>
    public IEnumerable<T> Enumerate<T>(IAsyncEnumerable<T> stream)
    {
        var items = stream.GetAsyncEnumerator(stopToken);
        var next = items.MoveNextAsync();
        try
        {
            while (For(next))
            {
                yield return items.Current;
                next = items.MoveNextAsync();
            }
        }
        finally
        {
            // A stream that is still on its way to the next item was stopped, and closes itself.
            if (next.IsCompleted)
            {
                For(items.DisposeAsync());
            }
        }
    }
}
