using System.Threading.Tasks.Sources;
using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Grpc;

/// <summary>A gRPC call on one connection, of any of the four kinds: request messages are sent one after another, reply messages arrive, and a status ends it.
/// One caller at a time may write, and one may read.</summary>
/// <param name="maxMessageLength">The longest accepted message, in bytes.</param>
/// <param name="single">True for a call with one reply, which is awaited completely.</param>
/// <param name="metadata">Keeps the reply's metadata; null if the caller does not need it.</param>
internal sealed class GrpcCall(long maxMessageLength, bool single, GrpcMetadata? metadata = null) : Http2Stream, IValueTaskSource
{
    private readonly Guarded<GrpcInbox> _inbox = new(new GrpcInbox(maxMessageLength, single, metadata));
    private ManualResetValueTaskSourceCore<bool> _waiter;

    /// <summary>The server's status of the call; null if it has not ended.</summary>
    public GrpcStatus? Status
    {
        get
        {
            using var held = _inbox.Lock();
            return held.Value.Status;
        }
    }

    /// <summary>Starts the call, if a connection accepts it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="method">The method.</param>
    /// <param name="fields">The call's own header fields; null for none.</param>
    /// <param name="messages">The first framed messages, which must stay unchanged until the call has ended or has sent them.</param>
    /// <param name="end">True if no other messages follow.</param>
    /// <returns>Whether the call was started; if not, whether to wait for this connection or to open another.</returns>
    public StartResult TryStart(Http2Connection connection, GrpcMethod method, HeaderField[]? fields, ReadOnlyMemory<byte> messages, bool end) =>
        connection.TryStart(this, new RequestHeaders(method.Fields, fields), messages, end);

    /// <summary>Sends further messages.</summary>
    /// <param name="messages">The framed messages, which must stay unchanged until the result completes; empty to only end the request.</param>
    /// <param name="end">True if no other messages follow.</param>
    /// <returns>Completes when they are under way, or the call has ended; a read then shows the result.</returns>
    public Task WriteAsync(ReadOnlyMemory<byte> messages, bool end) => SendAsync(messages, end);

    /// <summary>Completes when a message or the end can be taken; for a single reply at its end.</summary>
    public ValueTask ReadyAsync()
    {
        using var held = _inbox.Lock();
        if (held.Value.IsReady)
        {
            return ValueTask.CompletedTask;
        }

        _waiter.Reset();
        held.Value.Await();
        return new ValueTask(this, _waiter.Version);
    }

    /// <summary>Reads the next message, valid until the next call; null at the successful end of the call.</summary>
    /// <exception cref="GrpcException">The server ended the call with a status other than OK.</exception>
    /// <exception cref="GrpcProtocolException">The received data is not gRPC.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync()
    {
        await ReadyAsync().ConfigureAwait(false);
        return TakeAndAcknowledge();
    }

    /// <summary>Takes the next message if a whole one has arrived and the call has not failed; a read throws the failure.</summary>
    /// <param name="message">The message, valid until the next call.</param>
    public bool TryRead(out ReadOnlyMemory<byte> message)
    {
        var hasMessage = HasGoodMessage();
        message = hasMessage ? TakeAndAcknowledge()!.Value : default;
        return hasMessage;
    }

    /// <summary>Returns the only message of a single reply, valid until the call is released.</summary>
    /// <exception cref="GrpcException">The server ended the call with a status other than OK.</exception>
    /// <exception cref="GrpcProtocolException">The received data is not gRPC, or not one message.</exception>
    public ReadOnlyMemory<byte> TakeOnly()
    {
        using var held = _inbox.Lock();
        return held.Value.TakeOnly();
    }

    /// <summary>If the call has ended without a message, throws the same failure as <see cref="ReadAsync"/>.</summary>
    /// <returns>True if the call has ended successfully without a message.</returns>
    public bool HasEndedWithoutMessage()
    {
        using var held = _inbox.Lock();
        return held.Value.HasEndedWithoutMessage();
    }

    /// <summary>Transfers the pooled buffer with the last message to the caller.</summary>
    public byte[] Detach()
    {
        using var held = _inbox.Lock();
        return held.Value.Detach();
    }

    /// <summary>Returns the buffers to the pool. No more data may arrive afterwards.</summary>
    public void Release()
    {
        using var held = _inbox.Lock();
        held.Value.Release();
    }

    public override StreamInput OnHeaders(HeaderList fields, bool end)
    {
        using var held = _inbox.Lock();
        return held.Value.OnHeaders(fields, end);
    }

    public override StreamInput OnData(ReadOnlySpan<byte> data, int flowControlled, bool end)
    {
        using var held = _inbox.Lock();
        return held.Value.OnData(data, flowControlled, end);
    }

    public override void Resume() => _waiter.SetResult(true);

    void IValueTaskSource.GetResult(short token) => _waiter.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _waiter.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiter.OnCompleted(continuation, state, token, flags);

    protected override bool OnFailed(Exception failure)
    {
        using var held = _inbox.Lock();
        return held.Value.OnFailed(failure);
    }

    private bool HasGoodMessage()
    {
        using var held = _inbox.Lock();
        return held.Value.HasGoodMessage;
    }

    private ReadOnlyMemory<byte>? TakeAndAcknowledge()
    {
        var message = Take(out var acknowledged);
        if (acknowledged > 0)
        {
            Acknowledge(acknowledged);
        }

        return message;
    }

    private ReadOnlyMemory<byte>? Take(out int acknowledged)
    {
        using var held = _inbox.Lock();
        return held.Value.Take(out acknowledged);
    }
}
