using System.Buffers;
using System.Buffers.Binary;
using System.Threading.Tasks.Sources;

namespace Valkeyrie.Etcd.Transport.Http2;

/// <summary>One call on a connection: collects what arrives for it and hands it to the one who waits.</summary>
/// <remarks>The connection's input puts in, the caller takes out; <c>this</c> is the lock between them.</remarks>
/// <param name="maxMessageLength">The longest message taken.</param>
/// <param name="unary">True for a call with one reply, which is awaited whole.</param>
internal sealed class Http2Stream(long maxMessageLength, bool unary) : IValueTaskSource, IThreadPoolWorkItem
{
    // A length that a broken server merely claims must not cost its memory: beyond this, the buffer grows only as bytes arrive.
    private const int TrustedLength = 16 << 20;

    private ManualResetValueTaskSourceCore<bool> _waiter;
    private bool _waiting;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private byte[] _taken = [];
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
            if (_unacknowledged > 2 * Http2Connection.StreamWindow)
            {
                // What nobody has read yet must not pile up without end; a server that miscounts by a little does no harm.
                GiveUp(new Http2ProtocolException(Http2Error.FlowControlError, "it sends more than it was allowed to"));
            }

            acknowledgeable = unary || !IsReady() ? Interlocked.Exchange(ref _unacknowledged, 0) : 0;
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
            taken = IsReady() ? 0 : Interlocked.Exchange(ref _unacknowledged, 0);
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
            return Take() is null ? message : throw new GrpcProtocolException("The reply holds more than one message.");
        }
    }

    /// <summary>Throws what <see cref="ReadAsync"/> would, if the stream has ended without a message.</summary>
    public void ThrowIfEnded()
    {
        lock (this)
        {
            if (!HasMessage())
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
            var buffer = _buffer;
            _buffer = [];
            _start = _end = 0;
            return buffer;
        }
    }

    /// <summary>Gives the buffers back. Nothing may arrive any more.</summary>
    public void Release()
    {
        lock (this)
        {
            _ended = true;
            _failure ??= new ObjectDisposedException(nameof(Http2Stream));
            Return(ref _buffer);
            Return(ref _taken);
            _start = _end = 0;
        }
    }

    void IThreadPoolWorkItem.Execute() => Resume();

    void IValueTaskSource.GetResult(short token) => _waiter.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _waiter.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiter.OnCompleted(continuation, state, token, flags);

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }
    }

    private bool IsReady() => _ended || (!unary && HasMessage());

    private bool HasMessage() => MessageLength() is { } length && _end - _start - Frame.HeaderLength >= length;

    private bool StopsWaiting()
    {
        if (!_waiting || !IsReady())
        {
            return false;
        }

        _waiting = false;
        return true;
    }

    private long? MessageLength() =>
        _end - _start >= Frame.HeaderLength ? BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start + 1)) : null;

    private ReadOnlyMemory<byte>? Take()
    {
        // What came whole before a connection broke is still good; what a caller gave up is not wanted any more.
        if (_failure is not null && (unary || _failure is OperationCanceledException or GrpcMessageTooLargeException || !HasMessage()))
        {
            throw _failure;
        }

        CheckHeaders();
        if (MessageLength() is not { } length)
        {
            return _start == _end ? CheckEnd() : throw Truncated();
        }

        if (_buffer[_start] != 0)
        {
            throw new GrpcProtocolException("The reply is compressed, which was not asked for.");
        }

        var from = _start + Frame.HeaderLength;
        if (length > _end - from)
        {
            CheckEnd();
            throw Truncated();
        }

        _start = from + (int)length;
        if (unary)
        {
            return _buffer.AsMemory(from, (int)length);
        }

        return TakeAside(from, (int)length);
    }

    /// <summary>Moves a message out of the buffer that the input goes on filling: the whole buffer, if it holds nothing else.</summary>
    private ReadOnlyMemory<byte> TakeAside(int from, int length)
    {
        if (_start == _end)
        {
            (_taken, _buffer) = (_buffer, _taken);
            _start = _end = 0;
            return _taken.AsMemory(from, length);
        }

        if (_taken.Length < length)
        {
            Return(ref _taken);
            _taken = ArrayPool<byte>.Shared.Rent(length);
        }

        _buffer.AsSpan(from, length).CopyTo(_taken);
        return _taken.AsMemory(0, length);
    }

    private void CheckHeaders()
    {
        // Trailers alone: the status came instead of an answer.
        if (_headers.GrpcStatus is not null && _start == _end)
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

    private static GrpcProtocolException Truncated() => new("The reply ends in the middle of a message.");

    private void Append(ReadOnlySpan<byte> data)
    {
        var needed = _end - _start + data.Length;
        if (_buffer.Length - _end < data.Length)
        {
            MakeRoom(needed);
        }

        data.CopyTo(_buffer.AsSpan(_end));
        _end += data.Length;
        if (MessageLength() > maxMessageLength)
        {
            GiveUp(new GrpcMessageTooLargeException(MessageLength()!.Value));
        }
    }

    private void MakeRoom(int needed)
    {
        var message = (MessageLength() ?? 0) + Frame.HeaderLength;
        var wanted = (int)Math.Min(Math.Max(needed * 2L, Math.Min(message, TrustedLength)), Array.MaxLength);
        var room = wanted / 2 <= _buffer.Length && needed <= _buffer.Length ? _buffer : ArrayPool<byte>.Shared.Rent(Math.Max(wanted, needed));
        _buffer.AsSpan(_start.._end).CopyTo(room);
        if (room != _buffer)
        {
            Return(ref _buffer);
            _buffer = room;
        }

        _end -= _start;
        _start = 0;
    }
}
