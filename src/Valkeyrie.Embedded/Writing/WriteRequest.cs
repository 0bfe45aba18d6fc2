using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Writing;

/// <summary>A write on its way: what to do inside a transaction, and the task of the one who waits for it.</summary>
internal abstract class WriteRequest
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int GivenUp = 2;

    private int _state;

    /// <summary>Takes the request out of its caller's hands, if that has not been done; false if the caller has given up.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) != GivenUp;

    /// <summary>Does the work. May be called again if the transaction fails.</summary>
    public abstract void Run(PairWriter writer);

    /// <summary>Tells the waiting caller that what <see cref="Run"/> did is on the disk.</summary>
    public abstract void Succeed();

    /// <summary>Tells the waiting caller that nothing was written.</summary>
    public abstract void Fail(Exception error);

    /// <summary>Says that the caller waits no longer: what was not taken before that will not be made.</summary>
    private protected void GiveUp() => _ = Interlocked.CompareExchange(ref _state, GivenUp, Waiting);
}

/// <inheritdoc/>
/// <typeparam name="TState">What the work needs.</typeparam>
/// <typeparam name="T">What the work gives.</typeparam>
internal sealed class WriteRequest<TState, T>(TState state, Func<PairWriter, TState, T> work) : WriteRequest
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _cancellation;
    private T? _result;

    /// <summary>Ends when the write is on the disk, or when the token fires. A write that was begun by then may still be made.</summary>
    public Task<T> Done => _done.Task;

    public void CancelWith(CancellationToken cancellationToken) => _cancellation = cancellationToken.UnsafeRegister(
        static (self, token) =>
        {
            var request = (WriteRequest<TState, T>)self!;
            request.GiveUp();
            request._done.TrySetCanceled(token);
        },
        this);

    public override void Run(PairWriter writer) => _result = work(writer, state);

    public override void Succeed()
    {
        _cancellation.Unregister();
        _done.TrySetResult(_result!);
    }

    public override void Fail(Exception error)
    {
        _cancellation.Unregister();
        _done.TrySetException(error);
    }
}
