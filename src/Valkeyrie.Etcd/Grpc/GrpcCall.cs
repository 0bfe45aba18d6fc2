using System.Threading.Tasks.Sources;
using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Grpc;

/// <summary>One gRPC call on one connection, of any of the four kinds: messages go out one after another, the reply's come in, and a status ends it.
/// One caller at a time may write, and one may read.</summary>
/// <param name="maxMessageLength">The longest message taken, in bytes.</param>
/// <param name="single">True for a call with one reply, which is awaited whole.</param>
/// <param name="metadata">Keeps the reply's metadata; null for a caller who does not want it.</param>
internal sealed class GrpcCall(long maxMessageLength, bool single, GrpcMetadata? metadata = null) : Http2Stream, IValueTaskSource
{
    private readonly Guarded<GrpcInbox> _inbox = new(new GrpcInbox(maxMessageLength, single, metadata));
    private ManualResetValueTaskSourceCore<bool> _waiter;

    /// <summary>How the server ended the call; null if it has not.</summary>
    public GrpcStatus? Status
    {
        get
        {
            using var held = _inbox.Lock();
            return held.Value.Status;
        }
    }

    /// <summary>Starts the call, if a connection takes it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="method">The method.</param>
    /// <param name="fields">The call's own header fields; null for none.</param>
    /// <param name="messages">The framed messages to begin with, which must stay as they are until the call has ended or has sent them.</param>
    /// <param name="end">True if there are no others.</param>
    /// <returns>Whether the call was started; if not, whether to wait for this connection or to make another.</returns>
    public StartResult TryStart(Http2Connection connection, GrpcMethod method, HeaderField[]? fields, ReadOnlyMemory<byte> messages, bool end) =>
        connection.TryStart(this, new RequestHeaders(method.Fields, fields), messages, end);

    /// <summary>Sends further messages.</summary>
    /// <param name="messages">The framed messages, which must stay as they are until the result completes; none to end the request alone.</param>
    /// <param name="end">True if there are no others.</param>
    /// <returns>Completes once they are on their way, or the call has ended; reading tells how.</returns>
    public Task WriteAsync(ReadOnlyMemory<byte> messages, bool end) => SendAsync(messages, end);

    /// <summary>Completes when there is something to take: a message or the end; for a single reply its end.</summary>
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

    /// <summary>The next message, valid until the next call; null at the good end of the call.</summary>
    /// <exception cref="GrpcException">The server ended the call with a status other than OK.</exception>
    /// <exception cref="GrpcProtocolException">What arrived is not gRPC.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync()
    {
        await ReadyAsync().ConfigureAwait(false);
        return TakeAndAcknowledge();
    }

    /// <summary>Takes the next message if a whole one has arrived and nothing is wrong with the call; what is wrong, reading tells.</summary>
    /// <param name="message">The message, valid until the next call.</param>
    public bool TryRead(out ReadOnlyMemory<byte> message)
    {
        var hasMessage = HasGoodMessage();
        message = hasMessage ? TakeAndAcknowledge()!.Value : default;
        return hasMessage;
    }

    /// <summary>The one message of a single reply, valid until the call is released.</summary>
    /// <exception cref="GrpcException">The server ended the call with a status other than OK.</exception>
    /// <exception cref="GrpcProtocolException">What arrived is not gRPC, or not one message.</exception>
    public ReadOnlyMemory<byte> TakeOnly()
    {
        using var held = _inbox.Lock();
        return held.Value.TakeOnly();
    }

    /// <summary>Throws what <see cref="ReadAsync"/> would, if the call has ended without a message.</summary>
    /// <returns>True if the call has ended well without a message.</returns>
    public bool HasEndedWithoutMessage()
    {
        using var held = _inbox.Lock();
        return held.Value.HasEndedWithoutMessage();
    }

    /// <summary>Hands over the pooled buffer that holds the message of a single reply.</summary>
    public byte[] Detach()
    {
        using var held = _inbox.Lock();
        return held.Value.Detach();
    }

    /// <summary>Gives the buffers back. Nothing may arrive any more.</summary>
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
