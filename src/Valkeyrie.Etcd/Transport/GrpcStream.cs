namespace Valkeyrie.Etcd.Transport;

/// <summary>An open stream of replies. Its request stays open until it is disposed.</summary>
internal sealed class GrpcStream(
    GrpcChannel channel,
    Endpoint endpoint,
    string? token,
    HttpRequestMessage request,
    FrameContent content,
    Deadline deadline,
    CancellationToken cancellationToken) : IAsyncDisposable
{
    private HttpResponseMessage? _response;
    private MessageReader? _reader;
    private ReadOnlyMemory<byte>? _first;
    private int _disposed;

    /// <summary>Drops the token that the stream was opened with; false if it was opened without one.</summary>
    public bool ForgetToken()
    {
        if (token is null)
        {
            return false;
        }

        channel.ForgetToken(token);
        return true;
    }

    /// <summary>Takes the response and waits for the first reply.</summary>
    public async ValueTask BeginAsync(HttpResponseMessage response, long maxMessageLength)
    {
        _response = response;
        var body = await GrpcChannel.OpenBodyAsync(response, deadline.Token).ConfigureAwait(false);
        _reader = new MessageReader(body, maxMessageLength);
        _first = await NextAsync().ConfigureAwait(false);
    }

    /// <summary>The next reply, valid until the next call. A stream that ends is a failure, since nothing ends one but its reader.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync()
    {
        if (_first is { } first)
        {
            _first = null;
            return first;
        }

        try
        {
            return await NextAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw channel.FailureOf(e, endpoint, cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return ValueTask.CompletedTask;
        }

        // Cancelling resets the HTTP/2 stream, which is how a client ends a watch without waiting for the server.
        deadline.Cancel();
        content.Complete();
        _reader?.Dispose();
        _response?.Dispose();
        request.Dispose();
        deadline.End();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<ReadOnlyMemory<byte>> NextAsync()
    {
        if (await _reader!.ReadAsync(deadline.Token).ConfigureAwait(false) is { } message)
        {
            return message;
        }

        GrpcChannel.CheckTrailers(_response!.TrailingHeaders);
        throw new IOException("The server ended the stream.");
    }
}
