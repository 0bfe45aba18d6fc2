using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Grpc;

/// <summary>What has arrived of a reply. Not thread-safe: the connection's input puts in and the caller takes out, so <see cref="GrpcCall"/> guards
/// it.</summary>
/// <param name="maxMessageLength">The longest message taken, in bytes.</param>
/// <param name="single">True for a reply of one message, which is taken whole once the call has ended.</param>
/// <param name="metadata">Keeps the reply's metadata; null for a caller who does not want it.</param>
internal struct GrpcInbox(long maxMessageLength, bool single, GrpcMetadata? metadata)
{
    private MessageBuffer _messages = new();
    private GrpcHeaders _headers;
    private ReceiveWindow _window;
    private Exception? _failure;
    private bool _hasHeaders;
    private bool _hasEnded;
    private bool _isAwaited;

    /// <summary>True if there is something to take: a message or the end; for a single reply its end.</summary>
    public readonly bool IsReady => _hasEnded || (!single && _messages.HasNext);

    /// <summary>True if there is a whole message to take and nothing is known to be wrong.</summary>
    public readonly bool HasGoodMessage => _failure is null && _headers.Fault is null && _messages.HasNext && !_messages.IsNextCompressed;

    /// <summary>How the server ended the call; null if it has not.</summary>
    public readonly GrpcStatus? Status => _hasEnded ? _headers.Status : null;

    public StreamInput OnHeaders(HeaderList fields, bool end)
    {
        GrpcProtocolException? fault = null;
        if (_hasHeaders)
        {
            _headers.ReadTrailers(fields);
        }
        else
        {
            _hasHeaders = true;
            _headers.ReadHeaders(fields);
            fault = end ? null : _headers.Fault;
        }

        ReadMetadata(fields, end);
        if (fault is not null)
        {
            GiveUp(fault);
        }

        _hasEnded |= end;
        return new StreamInput(StopsWaiting(), IsGivenUp: fault is not null);
    }

    public StreamInput OnData(ReadOnlySpan<byte> data, int flowControlled, bool end)
    {
        var fault = _failure is null ? Append(data) : null;
        fault = _window.Add(flowControlled) ?? fault;
        if (fault is not null)
        {
            GiveUp(fault);
        }

        _hasEnded |= end;
        if (end)
        {
            metadata?.End();
        }

        // A slow reader holds the peer up, but never within a message.
        var acknowledged = single || !IsReady ? _window.Take() : 0;
        return new StreamInput(StopsWaiting(), IsGivenUp: fault is not null, acknowledged);
    }

    /// <returns>True if the caller is to be resumed.</returns>
    public bool OnFailed(Exception failure)
    {
        if (_hasEnded)
        {
            return false;
        }

        _failure ??= failure;
        _hasEnded = true;
        metadata?.End();
        return StopsWaiting();
    }

    /// <summary>Notes that the caller waits for something to take.</summary>
    public void Await() => _isAwaited = true;

    /// <summary>The next message, valid until the next call; null at the good end of the call.</summary>
    /// <param name="acknowledged">For how many bytes the peer may send more.</param>
    /// <exception cref="GrpcException">The server ended the call with a status other than OK.</exception>
    /// <exception cref="GrpcProtocolException">What arrived is not gRPC.</exception>
    public ReadOnlyMemory<byte>? Take(out int acknowledged)
    {
        var message = Take();
        acknowledged = IsReady ? 0 : _window.Take();
        return message;
    }

    /// <summary>The one message of a single reply, valid until the call is released.</summary>
    public ReadOnlyMemory<byte> TakeOnly()
    {
        var message = Take() ?? throw new GrpcProtocolException("The reply holds no message.");
        return Take() is null ? message : throw MoreThanOne();
    }

    /// <summary>Throws what taking a message would, if the call has ended without one; says if it ended well.</summary>
    /// <returns>True if the call has ended well without a message.</returns>
    public bool HasEndedWithoutMessage() => !_messages.HasNext && Take() is null;

    /// <summary>Hands over the buffer that holds the message of a single reply.</summary>
    public byte[] Detach() => _messages.Detach();

    /// <summary>Gives the buffers back. Nothing may arrive any more.</summary>
    public void Release()
    {
        _hasEnded = true;
        _failure ??= new ObjectDisposedException(nameof(GrpcCall));
        metadata?.End();
        _messages.Return();
    }

    private static GrpcProtocolException MoreThanOne() => new("The reply holds more than one message.");

    private static GrpcProtocolException Truncated() => new("The reply ends in the middle of a message.");

    private readonly void ReadMetadata(HeaderList fields, bool end)
    {
        if (end)
        {
            metadata?.ReadTrailers(fields);
        }
        else
        {
            metadata?.ReadHeaders(fields);
        }
    }

    private Exception? Append(ReadOnlySpan<byte> data)
    {
        _messages.Append(data);
        return _messages.NextLength is { } length && length > maxMessageLength ? new GrpcMessageTooLargeException(length)

            // At once: what nobody will take must not pile up.
            : single && _messages.HasMoreThanOne ? MoreThanOne()
            : null;
    }

    private void GiveUp(Exception reason)
    {
        _failure = reason;
        _hasEnded = true;
        metadata?.End();
    }

    private bool StopsWaiting()
    {
        if (!_isAwaited || !IsReady)
        {
            return false;
        }

        _isAwaited = false;
        return true;
    }

    private ReadOnlyMemory<byte>? Take()
    {
        // What came whole before a connection broke is still good; what a caller gave up is not wanted any more.
        if (_failure is not null && (single || _failure is OperationCanceledException or GrpcMessageTooLargeException || !_messages.HasNext))
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
            throw new GrpcProtocolException("The reply is compressed, which was not requested.");
        }

        if (!_messages.HasNext)
        {
            CheckEnd();
            throw Truncated();
        }

        // What a single reply holds is all there; else more arrives while the message is used.
        return single ? _messages.Take() : _messages.TakeAside();
    }

    private readonly void CheckHeaders()
    {
        // Trailers alone: the status came instead of an answer.
        if (_headers.HasStatus && _messages.IsEmpty)
        {
            CheckEnd();
        }

        if (_headers.Fault is { } fault)
        {
            throw fault;
        }
    }

    private readonly ReadOnlyMemory<byte>? CheckEnd()
    {
        var status = _headers.Status ?? throw new GrpcProtocolException("The reply ends without a status.");
        return status.Code == GrpcCode.Ok ? null : throw new GrpcException(status);
    }
}
