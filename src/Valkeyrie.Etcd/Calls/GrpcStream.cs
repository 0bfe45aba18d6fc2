using Google.Protobuf;
using Valkeyrie.Etcd.Cluster;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Calls;

/// <summary>An open stream of replies. Its request stays open until it is disposed.</summary>
internal sealed class GrpcStream(
    GrpcChannel channel,
    Endpoint endpoint,
    GrpcMethod method,
    string? key,
    string? token,
    Http2Stream stream,
    HistoryMark mark,
    Deadline deadline,
    CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly CancellationTokenRegistration _cancel = deadline.Token.UnsafeRegister(static s => ((Http2Stream)s!).Cancel(), stream);
    private Frame _request;
    private int _disposed;

    /// <summary>Has the stream give the request's buffer back when it is closed.</summary>
    public void Own(Frame request) => _request = request;

    /// <summary>The next reply, valid until the next call. A stream that ends is a failure, since nothing ends one but its reader.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync()
    {
        try
        {
            return await stream.ReadAsync().ConfigureAwait(false) ?? throw new Http2ConnectionLostException("The server ended the stream.", notSent: false);
        }
        catch (Exception e)
        {
            throw channel.FailureOf(e, endpoint, method, key, stream, cancellationToken);
        }
    }

    /// <summary>Reads a message by the given means; what is no message is told as the typed error that it is.</summary>
    public TMessage Parse<TMessage>(ReadOnlyMemory<byte> bytes, Func<ReadOnlyMemory<byte>, TMessage> parse)
    {
        try
        {
            return parse(bytes);
        }
        catch (Exception e) when (e is GrpcProtocolException or InvalidProtocolBufferException)
        {
            throw channel.FailureOf(e, endpoint, method, key, stream, cancellationToken);
        }
    }

    /// <summary>Where it leads.</summary>
    public string Endpoint => endpoint.Name;

    /// <summary>Which history of the cluster the stream's first reply is of; only to be asked of that one.</summary>
    public long HistoryOf(ReadOnlyMemory<byte> reply) => Parse(reply, bytes => channel.HistoryOf(endpoint, mark, bytes));

    /// <summary>Drops the token that the stream was opened with; false where there is no credential to get another with.</summary>
    public bool ForgetToken() => channel.ForgetToken(token);

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // Resetting the stream is how a client ends a watch without waiting for the server.
            _cancel.Dispose();
            stream.Cancel();
            stream.Release();
            _request.Return();
            deadline.End();
        }

        return ValueTask.CompletedTask;
    }
}
