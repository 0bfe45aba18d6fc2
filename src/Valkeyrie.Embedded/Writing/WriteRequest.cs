using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Writing;

/// <summary>A pending write: its work inside a transaction, and the task of its caller.</summary>
internal abstract class WriteRequest
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int GivenUp = 2;

    private int _state;

    /// <summary>Takes the request from its caller, if not already taken; false if the caller has cancelled it.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) != GivenUp;

    /// <summary>Performs the work. Can be called again if the transaction fails.</summary>
    public abstract void Run(PairWriter writer);

    /// <summary>Notifies the caller that the changes of <see cref="Run"/> are on the disk.</summary>
    public abstract void Succeed();

    /// <summary>Notifies the caller that nothing was written.</summary>
    public abstract void Fail(Exception error);

    /// <summary>Records that the caller no longer waits: a request not taken before is not performed.</summary>
    private protected void GiveUp() => _ = Interlocked.CompareExchange(ref _state, GivenUp, Waiting);
}

/// <inheritdoc/>
/// <typeparam name="TState">The input of the work.</typeparam>
/// <typeparam name="T">The result of the work.</typeparam>
internal sealed class WriteRequest<TState, T>(TState state, Func<PairWriter, TState, T> work) : WriteRequest
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _cancellation;
    private T? _result;

    /// <summary>Completes when the write is on the disk, or when the token is cancelled. A write that had begun by then may still be made.</summary>
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
