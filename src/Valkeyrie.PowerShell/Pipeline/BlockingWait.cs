using System.Management.Automation;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Waits for asynchronous work by blocking the pipeline's thread, the only thread that may write. The work does not need that thread.</summary>
/// <param name="stopToken">Fires when the pipeline is stopped.</param>
internal sealed class BlockingWait(CancellationToken stopToken)
{
    // Often enough for a user who watches the progress.
    private static readonly TimeSpan TellInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Reports progress on the pipeline's thread, during and after each wait; null (the default) for no report.</summary>
    public Action? Tell { get; set; }

    /// <summary>An action for the pipeline's thread during waits, and its interval; null (the default) for none.</summary>
    public (Action Do, TimeSpan Interval)? Meanwhile { get; set; }

    /// <summary>Waits for work.</summary>
    /// <param name="work">The work.</param>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped first. The work then ends by its own token.</exception>
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

    /// <summary>Waits until a task has ended, with or without an error.</summary>
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
            // Unlike Wait, WaitAny does not throw the task's exception.
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

    /// <summary>Gets the result of a completed task.</summary>
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
    /// <param name="stream">The stream. It ends early with the enumeration, or when the pipeline is stopped.</param>
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
            // A stream that still fetches its next item was stopped, and closes itself.
            if (next.IsCompleted)
            {
                For(items.DisposeAsync());
            }
        }
    }
}
