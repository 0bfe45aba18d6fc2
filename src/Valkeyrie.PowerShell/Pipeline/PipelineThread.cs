using System.Collections.Concurrent;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Does on the pipeline's own thread what only that may do, such as running PowerShell's commands, for work that goes on elsewhere while that thread
/// waits for it.</summary>
/// <remarks>Made on the pipeline's thread.</remarks>
internal sealed class PipelineThread
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly ConcurrentQueue<Action> _asked = new();
    private TaskCompletionSource _signal = NewSignal();

    /// <summary>Ends when something has been asked for.</summary>
    public Task Asked => Volatile.Read(ref _signal).Task;

    /// <summary>Has something done: at once where the caller is on the pipeline's thread, else as soon as that waits.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="cancellationToken">Ends the wait; a pipeline that is stopped does nothing any more.</param>
    public Task<T> DoAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (Environment.CurrentManagedThreadId == _thread)
        {
            return Task.FromResult(work());
        }

        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Enqueue(() =>
        {
            try
            {
                done.SetResult(work());
            }
#pragma warning disable CA1031 // whatever it is, it is for whoever asked
            catch (Exception e)
#pragma warning restore CA1031
            {
                done.SetException(e);
            }
        });
        Volatile.Read(ref _signal).TrySetResult();
        return done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Does what has been asked for. Called on the pipeline's thread.</summary>
    public void DoAsked()
    {
        // The new signal first: what is asked for from here on is found below, or signalled again.
        if (Asked.IsCompleted)
        {
            Volatile.Write(ref _signal, NewSignal());
        }

        while (_asked.TryDequeue(out var work))
        {
            work();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
