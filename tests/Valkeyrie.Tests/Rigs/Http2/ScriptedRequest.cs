using System.Buffers.Binary;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A gRPC request at a <see cref="ScriptedHttp2Peer"/>, and the means to answer it piece by piece.</summary>
internal sealed class ScriptedRequest(ScriptedConnection connection, int streamId)
{
    private readonly List<byte> _body = [];
    private readonly TaskCompletionSource _reset = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _complete;

    public int StreamId => streamId;

    /// <summary>The first message of the request, without its prefix.</summary>
    public byte[] Message => [.. _body.Skip(GrpcMessage.PrefixLength)];

    /// <summary>Ends when the client has cancelled the request.</summary>
    public Task WhenReset => _reset.Task;

    /// <summary>Sends bytes, as they are and by themselves.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> bytes) => connection.WriteAsync(bytes);

    public Task SendHeadersAsync(params (string Name, string Value)[] headers) => SendAsync(Http2Frame.Headers(streamId, headers));

    /// <summary>The headers with which every proper answer begins.</summary>
    public Task SendOkHeadersAsync() => SendHeadersAsync(GrpcMessage.OkHeaders);

    public Task SendDataAsync(ReadOnlyMemory<byte> payload) => SendAsync(Http2Frame.Data(streamId, payload.Span));

    /// <summary>Ends the answer with a status.</summary>
    public Task SendTrailersAsync(int status, string? message = null) =>
        SendAsync(Http2Frame.Headers(streamId, GrpcMessage.Trailers(status, message), endStream: true));

    /// <summary>A whole proper answer: headers, one message, status 0.</summary>
    public async Task ReplyAsync(ReadOnlyMemory<byte> payload)
    {
        await SendOkHeadersAsync();
        await SendDataAsync(GrpcMessage.Write(payload.Span));
        await SendTrailersAsync(0);
    }

    /// <inheritdoc cref="ScriptedConnection.SettleAsync"/>
    public Task SettleAsync() => connection.SettleAsync();

    /// <inheritdoc cref="ScriptedConnection.Close"/>
    public void CloseConnection() => connection.Close();

    /// <summary>Takes a piece of the body; true when it completes the first message.</summary>
    public bool Receive(ReadOnlySpan<byte> payload)
    {
        if (_complete)
        {
            return false;
        }

        _body.AddRange(payload);
        _complete = _body.Count >= GrpcMessage.PrefixLength
            && _body.Count >= GrpcMessage.PrefixLength + BinaryPrimitives.ReadInt32BigEndian([.. _body.Skip(1).Take(4)]);
        return _complete;
    }

    public void Reset() => _reset.TrySetResult();
}
