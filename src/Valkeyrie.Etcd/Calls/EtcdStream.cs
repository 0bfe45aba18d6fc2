using Google.Protobuf;
using Valkeyrie.Engine.Http;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Http2;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.Calls;

/// <summary>An open call with several messages. Dispose it to end the call.</summary>
/// <param name="scope">The endpoint and the caller.</param>
/// <param name="call">The call.</param>
/// <param name="deadline">Cancels the call.</param>
/// <param name="token">The token of the call.</param>
/// <param name="history">Distinguishes the histories of the cluster.</param>
/// <param name="mark">The known state of the endpoint when the call was sent.</param>
internal sealed class EtcdStream(
    CallScope scope, GrpcCall call, Deadline deadline, CallToken token, ClusterHistory history, HistoryMark mark) : IAsyncDisposable
{
    private readonly CancellationTokenRegistration _cancel = deadline.Token.UnsafeRegister(static c => ((GrpcCall)c!).Cancel(), call);
    private MessageFrame _request;
    private int _disposed;

    /// <summary>The endpoint of the stream.</summary>
    public string Endpoint => scope.Endpoint.Name;

    /// <summary>The server's status of the call; null if it has not ended.</summary>
    public GrpcStatus? Status => call.Status;

    /// <summary>Transfers the request's buffer to the stream, which returns it when it is closed: a server may answer before it has read the whole
    /// request.</summary>
    public void Own(MessageFrame request) => _request = request;

    /// <summary>Reads the next reply, valid until the next call. A successful end is a failure here, because only the reader ends a stream of the
    /// store.</summary>
    /// <exception cref="KvException">The call failed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync()
    {
        try
        {
            return await call.ReadAsync().ConfigureAwait(false) ?? throw Ended();
        }
        catch (Exception e)
        {
            throw ErrorOf(e);
        }
    }

    /// <summary>Takes the next reply if a whole one has arrived and the call has not failed.</summary>
    /// <param name="reply">The reply, valid until the next call.</param>
    public bool TryRead(out ReadOnlyMemory<byte> reply) => call.TryRead(out reply);

    /// <summary>Reads the next reply, valid until the next call; null at the successful end of the call.</summary>
    /// <exception cref="KvException">The call failed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadOrEndAsync()
    {
        try
        {
            return await call.ReadAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw RefusalOf(e);
        }
    }

    /// <summary>Reads the next reply; null at the successful end of the call.</summary>
    /// <param name="timeout">The time to wait for the reply. Between two reads the stream has no deadline.</param>
    /// <exception cref="KvException">The call failed, or the reply did not arrive in time.</exception>
    public async ValueTask<Reply?> ReadOrEndAsync(TimeSpan timeout)
    {
        deadline.Restart(timeout);
        var message = await ReadOrEndAsync().ConfigureAwait(false);
        deadline.Lift();
        return message is { } bytes ? new Reply(call, bytes, Endpoint, mark.History) : null;
    }

    /// <summary>Sends a message.</summary>
    /// <param name="message">The framed message; this call returns its buffer to the pool.</param>
    /// <exception cref="KvException">The call was ended in the meantime.</exception>
    public async ValueTask WriteAsync(MessageFrame message)
    {
        try
        {
            await call.WriteAsync(message.Memory, end: false).ConfigureAwait(false);
        }
        finally
        {
            message.Return();
        }
    }

    /// <summary>Ends the request. Replies may still arrive.</summary>
    public Task CompleteAsync() => call.WriteAsync(default, end: true);

    /// <summary>Parses a message with a function. Any failure is a typed error.</summary>
    public TMessage Parse<TMessage>(ReadOnlyMemory<byte> bytes, Func<ReadOnlyMemory<byte>, TMessage> parse) => Parse(bytes, parse, static (b, p) => p(b));

    /// <inheritdoc cref="Parse{TMessage}(ReadOnlyMemory{byte}, Func{ReadOnlyMemory{byte}, TMessage})"/>
    public TMessage Parse<TState, TMessage>(ReadOnlyMemory<byte> bytes, TState state, Func<ReadOnlyMemory<byte>, TState, TMessage> parse)
    {
        try
        {
            return parse(bytes, state);
        }
        catch (Exception e) when (e is EtcdProtocolException or InvalidProtocolBufferException)
        {
            throw ErrorOf(e);
        }
    }

    /// <summary>Determines the history of the stream's first reply with a header. Use it only for that reply.</summary>
    public long HistoryOf(ReadOnlyMemory<byte> reply) => Parse(reply, bytes => history.Observe(scope.Endpoint, mark, ReplyHeader.OfReply(bytes.Span)));

    /// <summary>Discards the token of the stream; false if the store has no credential for another one.</summary>
    public bool ForgetToken() => token.Forget();

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // Resetting the stream is how a client ends a watch without waiting for the server.
            _cancel.Dispose();
            call.Cancel();
            call.Release();
            _request.Return();
            deadline.End();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Waits for the first reply. If the call ends without one, it throws the same error as a read.</summary>
    /// <param name="mayBeEmpty">True to accept a successful end without a reply.</param>
    public async ValueTask WaitForFirstAsync(bool mayBeEmpty)
    {
        await call.ReadyAsync().ConfigureAwait(false);
        if (call.HasEndedWithoutMessage() && !mayBeEmpty)
        {
            throw Ended();
        }
    }

    private static Http2ConnectionLostException Ended() => new("The server ended the stream.", notSent: false);

    private Exception ErrorOf(Exception e) => scope.ErrorOf(e, call.IsStarted);

    // No other code signs in again for a call whose messages are not kept.
    private Exception RefusalOf(Exception e)
    {
        if (e is GrpcException && scope.FailureOf(e, isStarted: true).TokenRefused)
        {
            token.Forget();
        }

        return ErrorOf(e);
    }
}
