using System.Threading.Tasks.Sources;
using Valkeyrie.ZooKeeper.Jute;
using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>A request under way, with its waiting caller.</summary>
/// <param name="request">The request.</param>
internal abstract class PendingCall(Request request) : IThreadPoolWorkItem
{
    private int _settled;

    public Request Request { get; } = request;

    public int Xid { get; set; }

    /// <summary>The time at which the request was passed to the connection; it was not sent earlier.</summary>
    public long SentAt { get; set; }

    protected bool IsSettled => Volatile.Read(ref _settled) != 0;

    /// <summary>Accepts the reply. The caller continues at <see cref="Resume"/>.</summary>
    /// <returns>False if the caller has cancelled the call.</returns>
    /// <exception cref="JuteException">The reply is malformed.</exception>
    public abstract bool Accept(ErrorCode error, long zxid, ref JuteReader body);

    /// <summary>Continues the caller, on this thread.</summary>
    public abstract void Resume();

    /// <summary>Continues the caller with an error, on the thread pool.</summary>
    public void Fail(Exception e)
    {
        if (TrySettle())
        {
            SetError(e);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => Resume();

    protected abstract void SetError(Exception e);

    protected bool TrySettle() => Interlocked.Exchange(ref _settled, 1) == 0;
}

/// <inheritdoc/>
internal sealed class PendingCall<T>(Request<T> request) : PendingCall(request), IValueTaskSource<Reply<T>>
{
    private ManualResetValueTaskSourceCore<Reply<T>> _core;
    private Reply<T> _reply;
    private Exception? _error;

    public ValueTask<Reply<T>> Result => new(this, _core.Version);

    public override bool Accept(ErrorCode error, long zxid, ref JuteReader body)
    {
        if (IsSettled)
        {
            return false;
        }

        var reply = new Reply<T>(error, zxid, error == ErrorCode.Ok ? request.Read(ref body) : default);
        if (!TrySettle())
        {
            return false;
        }

        _reply = reply;
        return true;
    }

    public override void Resume()
    {
        if (_error is null)
        {
            _core.SetResult(_reply);
        }
        else
        {
            _core.SetException(_error);
        }
    }

    Reply<T> IValueTaskSource<Reply<T>>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Reply<T>>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<Reply<T>>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    protected override void SetError(Exception e) => _error = e;
}
