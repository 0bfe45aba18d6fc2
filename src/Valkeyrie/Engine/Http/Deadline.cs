using System.Collections.Concurrent;

namespace Valkeyrie.Engine.Http;

/// <summary>A token that is cancelled when the time of a call is up or its caller cancels it. Pooled, because each call needs one.</summary>
#pragma warning disable CA1001 // End disposes it if it cannot return to the pool
public sealed class Deadline
#pragma warning restore CA1001
{
    private static readonly ConcurrentQueue<Deadline> Pool = new();

    private readonly CancellationTokenSource _source = new();
    private CancellationTokenRegistration _caller;
    private CancellationTokenRegistration _closing;

    /// <summary>Is cancelled when the time is up, the caller cancels the call or the store closes.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Starts a deadline.</summary>
    /// <param name="timeout">The time of the call.</param>
    /// <param name="caller">The caller's token.</param>
    /// <param name="closing">The token that is cancelled when the store closes.</param>
    public static Deadline Start(TimeSpan timeout, CancellationToken caller, CancellationToken closing)
    {
        var deadline = Pool.TryDequeue(out var pooled) ? pooled : new Deadline();
        deadline._source.CancelAfter(timeout);
        deadline._caller = caller.UnsafeRegister(static self => ((Deadline)self!)._source.Cancel(), deadline);
        deadline._closing = closing.UnsafeRegister(static self => ((Deadline)self!)._source.Cancel(), deadline);
        return deadline;
    }

    /// <summary>Removes the deadline, for a stream that has begun.</summary>
    public void Lift() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Restarts the deadline for the next part of a reply.</summary>
    /// <param name="timeout">The time for the part.</param>
    public void Restart(TimeSpan timeout) => _source.CancelAfter(timeout);

    /// <summary>Cancels all work under this deadline.</summary>
    public void Cancel() => _source.Cancel();

    /// <summary>Returns the deadline to the pool. Nothing may use it afterwards.</summary>
    public void End()
    {
        // Dispose waits for a running callback, so none can affect the next user's call.
        _caller.Dispose();
        _closing.Dispose();
        if (_source.TryReset())
        {
            Pool.Enqueue(this);
        }
        else
        {
            _source.Dispose();
        }
    }
}
