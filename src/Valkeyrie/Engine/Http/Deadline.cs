using System.Collections.Concurrent;

namespace Valkeyrie.Engine.Http;

/// <summary>A token that fires when the time of a call is up or its caller gives up. Pooled: each call needs one.</summary>
#pragma warning disable CA1001 // End disposes it where it cannot go back to the pool
public sealed class Deadline
#pragma warning restore CA1001
{
    private static readonly ConcurrentQueue<Deadline> Pool = new();

    private readonly CancellationTokenSource _source = new();
    private CancellationTokenRegistration _caller;
    private CancellationTokenRegistration _closing;

    /// <summary>Fires when the time is up, the caller gives up or the store closes.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Begins to count.</summary>
    /// <param name="timeout">The time of the call.</param>
    /// <param name="caller">The caller's token.</param>
    /// <param name="closing">Fires when the store closes.</param>
    public static Deadline Start(TimeSpan timeout, CancellationToken caller, CancellationToken closing)
    {
        var deadline = Pool.TryDequeue(out var pooled) ? pooled : new Deadline();
        deadline._source.CancelAfter(timeout);
        deadline._caller = caller.UnsafeRegister(static self => ((Deadline)self!)._source.Cancel(), deadline);
        deadline._closing = closing.UnsafeRegister(static self => ((Deadline)self!)._source.Cancel(), deadline);
        return deadline;
    }

    /// <summary>Lets a stream that has begun run on without a deadline.</summary>
    public void Lift() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Gives the next part of a reply this long.</summary>
    /// <param name="timeout">How long.</param>
    public void Restart(TimeSpan timeout) => _source.CancelAfter(timeout);

    /// <summary>Ends what still runs under this deadline.</summary>
    public void Cancel() => _source.Cancel();

    /// <summary>Gives it back. Nothing may run under it any more.</summary>
    public void End()
    {
        // Dispose waits for a callback that is running, so none can fire into the next user's call.
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
