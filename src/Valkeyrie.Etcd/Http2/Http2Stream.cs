using System.Threading.Tasks.Sources;
using Valkeyrie.Etcd.Grpc;

namespace Valkeyrie.Etcd.Http2;

/// <summary>One call on a connection: collects what arrives for it and hands it to the one who waits.</summary>
/// <remarks>The connection's input puts in, the caller takes out; <c>this</c> is the lock between them.</remarks>
/// <param name="maxMessageLength">The longest message taken.</param>
/// <param name="unary">True for a call with one reply, which is awaited whole.</param>
internal sealed class Http2Stream(long maxMessageLength, bool unary) : IValueTaskSource, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<bool> _waiter;
    private bool _waiting;
    private MessageBuffer _messages = new();
    private ResponseHeaders _headers;
    private bool _hasHeaders;
    private bool _ended;
    private Exception? _failure;
    private int _unacknowledged;

    // These belong to the connection and are guarded by its lock.
    public Http2Connection? Connection { get; set; }

    public int Id { get; set; }

    public long SendWindow { get; set; }

    public ReadOnlyMemory<byte> Unsent { get; set; }

    public bool EndsWithUnsent { get; set; }

    /// <summary>True once what arrived is known to be of no use, so that the peer need not send the rest.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>Bytes taken since the peer was last told that it may send more.</summary>
    public int Acknowledgeable { get; set; }

    /// <summary>Takes headers or trailers.</summary>
    /// <returns>True if the caller is to be resumed.</returns>
    public bool OnHeaders(in ResponseHeaders headers, bool end)
    {
        lock (this)
        {
            if (!_hasHeaders)
            {
                _headers = headers;
                _hasHeaders = true;
                if (!end && HeadersFault() is { } fault)
                {
                    GiveUp(fault);
                }
            }
            else
            {
                // Trailers.
                _headers.GrpcStatus = headers.GrpcStatus;
                _headers.GrpcMessage = headers.GrpcMessage;
            }

            _ended |= end;
            return StopsWaiting();
        }
    }

    /// <summary>Takes data.</summary>
    /// <param name="data">The data.</param>
    /// <param name="flowControlled">How many bytes it counts for flow control, padding included.</param>
    /// <param name="end">True if it is the last.</param>
    /// <param name="acknowledgeable">For how many bytes the peer may send more at once. A slow reader holds it up, but never within a message.</param>
    /// <returns>True if the caller is to be resumed.</returns>
    public bool OnData(ReadOnlySpan<byte> data, int flowControlled, bool end, out int acknowledgeable)
    {
        lock (this)
        {
            if (_failure is null)
            {
                Append(data);
            }

            _ended |= end;
            _unacknowledged += flowControlled;
            if (_unacknowledged > 2 * Http2Streams.Window)
            {
                // What nobody has read yet must not pile up without end; a server that miscounts by a little does no harm.
                GiveUp(new Http2ProtocolException(Http2Error.FlowControlError, "it sends more than it was allowed to"));
            }

            acknowledgeable = unary || !IsReady() ? TakeUnacknowledged() : 0;
            return StopsWaiting();
        }
    }

    /// <summary>Ends the call with a failure, unless it has ended already.</summary>
    public void Fail(Exception failure)
    {
        lock (this)
        {
            if (_ended)
            {
                return;
            }

            _failure ??= failure;
            _ended = true;
            if (!StopsWaiting())
            {
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Resumes the caller on this thread.</summary>
    public void Resume() => _waiter.SetResult(true);

    /// <summary>The next message, valid until the next call; null at the good end of the call.</summary>
    /// <exception cref="GrpcException">The server ended the call with a status other than OK.</exception>
    /// <exception cref="GrpcProtocolException">What arrived is not gRPC.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync()
    {
        await ReadyAsync().ConfigureAwait(false);
        ReadOnlyMemory<byte>? message;
        int taken;
        lock (this)
        {
            message = Take();
            taken = IsReady() ? 0 : TakeUnacknowledged();
        }

        if (taken > 0)
        {
            Connection!.Acknowledge(this, taken);
        }

        return message;
    }

    /// <summary>Gives the call up.</summary>
    public void Cancel() => Connection?.Cancel(this, new OperationCanceledException());

    /// <summary>The one message of a unary call's reply, valid until the stream is released.</summary>
    public ReadOnlyMemory<byte> TakeOnly()
    {
        lock (this)
        {
            var message = Take() ?? throw new GrpcProtocolException("The reply holds no message.");
            return Take() is null ? message : throw MoreThanOne();
        }
    }

    /// <summary>Throws what <see cref="ReadAsync"/> would, if the stream has ended without a message.</summary>
    public void ThrowIfEnded()
    {
        lock (this)
        {
            if (!_messages.HasNext)
            {
                Take();
                throw new Http2ConnectionLostException("The server ended the stream.", notSent: false);
            }
        }
    }

    /// <summary>Completes when there is something to take: for a unary call its end, else a message or the end.</summary>
    public ValueTask ReadyAsync()
    {
        lock (this)
        {
            if (IsReady())
            {
                return ValueTask.CompletedTask;
            }

            _waiter.Reset();
            _waiting = true;
            return new ValueTask(this, _waiter.Version);
        }
    }

    /// <summary>Hands over the buffer that holds the message taken last from a unary call.</summary>
    public byte[] Detach()
    {
        lock (this)
        {
            return _messages.Detach();
        }
    }

    /// <summary>Gives the buffers back. Nothing may arrive any more.</summary>
    public void Release()
    {
        lock (this)
        {
            _ended = true;
            _failure ??= new ObjectDisposedException(nameof(Http2Stream));
            _messages.Return();
        }
    }

    void IThreadPoolWorkItem.Execute() => Resume();

    void IValueTaskSource.GetResult(short token) => _waiter.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _waiter.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiter.OnCompleted(continuation, state, token, flags);

    private int TakeUnacknowledged()
    {
        var count = _unacknowledged;
        _unacknowledged = 0;
        return count;
    }

    private bool IsReady() => _ended || (!unary && _messages.HasNext);

    private bool StopsWaiting()
    {
        if (!_waiting || !IsReady())
        {
            return false;
        }

        _waiting = false;
        return true;
    }

    private ReadOnlyMemory<byte>? Take()
    {
        // What came whole before a connection broke is still good; what a caller gave up is not wanted any more.
        if (_failure is not null && (unary || _failure is OperationCanceledException or GrpcMessageTooLargeException || !_messages.HasNext))
        {
            throw _failure;
        }

        CheckHeaders();
        if (_messages.NextLength is null)
        {
            return _messages.IsEmpty ? CheckEnd() : throw Truncated();
        }

        if (_messages.IsNextCompressed)
        {
            throw new GrpcProtocolException("The reply is compressed, which was not asked for.");
        }

        if (!_messages.HasNext)
        {
            CheckEnd();
            throw Truncated();
        }

        // What a unary call got is all there; else more arrives while the message is used.
        return unary ? _messages.Take() : _messages.TakeAside();
    }

    private void CheckHeaders()
    {
        // Trailers alone: the status came instead of an answer.
        if (_headers.GrpcStatus is not null && _messages.IsEmpty)
        {
            CheckEnd();
        }

        if (HeadersFault() is { } fault)
        {
            throw fault;
        }
    }

    private GrpcProtocolException? HeadersFault() =>
        _headers.HttpStatus != "200"
            ? new GrpcProtocolException($"It answered with HTTP status {_headers.HttpStatus ?? "none"}.")
        : _headers.ContentType is null || !_headers.ContentType.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
            ? new GrpcProtocolException($"It answered with content of type '{_headers.ContentType ?? "none"}', not gRPC.")
        : null;

    private void GiveUp(Exception reason)
    {
        _failure = reason;
        _ended = true;
        IsGivenUp = true;
    }

    private ReadOnlyMemory<byte>? CheckEnd()
    {
        var status = GrpcStatus.From(_headers.GrpcStatus, _headers.GrpcMessage) ?? throw new GrpcProtocolException("The reply ends without a status.");
        return status.Code == GrpcCode.Ok ? null : throw new GrpcException(status);
    }

    private static GrpcProtocolException MoreThanOne() => new("The reply holds more than one message.");

    private static GrpcProtocolException Truncated() => new("The reply ends in the middle of a message.");

    private void Append(ReadOnlySpan<byte> data)
    {
        _messages.Append(data);
        if (_messages.NextLength is { } length && length > maxMessageLength)
        {
            GiveUp(new GrpcMessageTooLargeException(length));
        }
        else if (unary && _messages.HasMoreThanOne)
        {
            // At once: what nobody will take must not pile up.
            GiveUp(MoreThanOne());
        }
    }
}
