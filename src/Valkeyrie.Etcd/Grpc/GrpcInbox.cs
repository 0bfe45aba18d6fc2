using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Grpc;

/// <summary>The received part of a reply. Not thread-safe: the connection's input adds data and the caller removes it, so <see cref="GrpcCall"/> guards
/// it.</summary>
/// <param name="maxMessageLength">The longest accepted message, in bytes.</param>
/// <param name="single">True for a reply with one message, which is taken when the call has ended.</param>
/// <param name="metadata">Keeps the reply's metadata; null if the caller does not need it.</param>
internal struct GrpcInbox(long maxMessageLength, bool single, GrpcMetadata? metadata)
{
    private MessageBuffer _messages = new();
    private GrpcHeaders _headers;
    private ReceiveWindow _window;
    private Exception? _failure;
    private bool _hasHeaders;
    private bool _hasEnded;
    private bool _isAwaited;

    /// <summary>True if a message or the end can be taken; for a single reply at its end.</summary>
    public readonly bool IsReady => _hasEnded || (!single && _messages.HasNext);

    /// <summary>True if a whole message has arrived and no failure is known.</summary>
    public readonly bool HasGoodMessage => _failure is null && _headers.Fault is null && _messages.HasNext && !_messages.IsNextCompressed;

    /// <summary>The server's status of the call; null if it has not ended.</summary>
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

        // A slow reader slows down the peer, but never within a message.
        var acknowledged = single || !IsReady ? _window.Take() : 0;
        return new StreamInput(StopsWaiting(), IsGivenUp: fault is not null, acknowledged);
    }

    /// <returns>True if the caller must be resumed.</returns>
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

    /// <summary>Records that the caller waits.</summary>
    public void Await() => _isAwaited = true;

    /// <summary>Takes the next message, valid until the next call; null at the successful end of the call.</summary>
    /// <param name="acknowledged">The number of further bytes that the peer may send.</param>
    /// <exception cref="GrpcException">The server ended the call with a status other than OK.</exception>
    /// <exception cref="GrpcProtocolException">The received data is not gRPC.</exception>
    public ReadOnlyMemory<byte>? Take(out int acknowledged)
    {
        var message = Take();
        acknowledged = IsReady ? 0 : _window.Take();
        return message;
    }

    /// <summary>Takes the only message of a single reply, valid until the call is released.</summary>
    public ReadOnlyMemory<byte> TakeOnly()
    {
        var message = Take() ?? throw new GrpcProtocolException("The reply contains no message.");
        return Take() is null ? message : throw MoreThanOne();
    }

    /// <summary>If the call has ended without a message, throws its failure.</summary>
    /// <returns>True if the call has ended successfully without a message.</returns>
    public bool HasEndedWithoutMessage() => !_messages.HasNext && Take() is null;

    /// <summary>Transfers the buffer with the last message to the caller.</summary>
    public byte[] Detach() => single ? _messages.Detach() : _messages.DetachAside();

    /// <summary>Returns the buffers to the pool. No more data may arrive afterwards.</summary>
    public void Release()
    {
        _hasEnded = true;
        _failure ??= new ObjectDisposedException(nameof(GrpcCall));
        metadata?.End();
        _messages.Return();
    }

    private static GrpcProtocolException MoreThanOne() => new("The reply contains more than one message.");

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

            // At once, because unread data must not accumulate.
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
        // Whole messages before a broken connection are still valid; after a cancellation they are discarded.
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

        // A single reply is complete; otherwise more data arrives while the message is used.
        return single ? _messages.Take() : _messages.TakeAside();
    }

    private readonly void CheckHeaders()
    {
        // Only trailers: the status replaced an answer.
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
