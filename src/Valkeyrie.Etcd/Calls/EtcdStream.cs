using Google.Protobuf;
using Valkeyrie.Engine.Http;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Http2;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.Calls;

/// <summary>An open call of several messages. Disposing it ends the call.</summary>
/// <param name="scope">Where it goes.</param>
/// <param name="call">The call.</param>
/// <param name="deadline">Cancels the call.</param>
/// <param name="token">What it was signed in with.</param>
/// <param name="history">Tells the histories of the cluster apart.</param>
/// <param name="mark">What was known of the endpoint when the call was sent.</param>
internal sealed class EtcdStream(
    CallScope scope, GrpcCall call, Deadline deadline, CallToken token, ClusterHistory history, HistoryMark mark) : IAsyncDisposable
{
    private readonly CancellationTokenRegistration _cancel = deadline.Token.UnsafeRegister(static c => ((GrpcCall)c!).Cancel(), call);
    private MessageFrame _request;
    private int _disposed;

    /// <summary>The endpoint that serves it.</summary>
    public string Endpoint => scope.Endpoint.Name;

    /// <summary>How the server ended the call; null if it has not.</summary>
    public GrpcStatus? Status => call.Status;

    /// <summary>Has the stream give the request's buffer back when it is closed: a server may answer before it has read it all.</summary>
    public void Own(MessageFrame request) => _request = request;

    /// <summary>The next reply, valid until the next call. A good end is a failure here, since nothing but its reader ends a stream of the store.</summary>
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

    /// <summary>Takes the next reply if a whole one has arrived and nothing is wrong with the call.</summary>
    /// <param name="reply">The reply, valid until the next call.</param>
    public bool TryRead(out ReadOnlyMemory<byte> reply) => call.TryRead(out reply);

    /// <summary>The next reply, valid until the next call; null at the good end of the call.</summary>
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

    /// <summary>Sends a message.</summary>
    /// <param name="message">The framed message; its buffer is given back here.</param>
    /// <exception cref="KvException">The call was ended meanwhile.</exception>
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

    /// <summary>Ends the request. Replies may still come.</summary>
    public Task CompleteAsync() => call.WriteAsync(default, end: true);

    /// <summary>Reads a message by the given means. Anything else is a typed error.</summary>
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

    /// <summary>Which history of the cluster the stream's first reply is of; only to be asked of that one.</summary>
    public long HistoryOf(ReadOnlyMemory<byte> reply) => Parse(reply, bytes => history.Observe(scope.Endpoint, mark, ReplyHeader.OfReply(bytes.Span)));

    /// <summary>Drops the token that the stream was opened with; false if there is no credential to get another with.</summary>
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

    /// <summary>Waits for the first reply. Throws what reading it would, if the call ends without one.</summary>
    /// <param name="mayBeEmpty">True if a good end without a reply is none that fails.</param>
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

    // Nobody else signs in again for a call whose messages are not kept.
    private Exception RefusalOf(Exception e)
    {
        if (e is GrpcException && scope.FailureOf(e, isStarted: true).TokenRefused)
        {
            token.Forget();
        }

        return ErrorOf(e);
    }
}
