using System.Buffers.Binary;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A gRPC request at a <see cref="ScriptedHttp2Peer"/>, and the means to answer it piece by piece.</summary>
/// <param name="connection">Where it came in.</param>
/// <param name="streamId">Its number on that connection.</param>
/// <param name="window">How much the client lets be sent at first.</param>
#pragma warning disable CA1001 // a memory stream holds nothing to be freed
internal sealed class ScriptedRequest(ScriptedConnection connection, int streamId, long window)
{
    private readonly MemoryStream _body = new();
    private readonly TaskCompletionSource _reset = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _complete;

    public int StreamId => streamId;

    /// <summary>True for the first request of its peer.</summary>
    public bool IsFirst => streamId == 1 && connection.IsFirst;

    /// <summary>The first message of the request, without its prefix.</summary>
    public byte[] Message => _body.ToArray()[GrpcMessage.PrefixLength..];

    public ScriptedConnection Connection => connection;

    /// <summary>How much more the client lets be sent on this stream.</summary>
    public FlowWindow Window { get; } = new(window);

    /// <summary>Ends when the client has cancelled the request, or the connection has ended.</summary>
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

    /// <summary>Sends data as the client's windows allow, in frames of the usual length.</summary>
    public async Task SendWithinWindowsAsync(ReadOnlyMemory<byte> payload)
    {
        while (!payload.IsEmpty)
        {
            var onStream = await Window.TakeAsync(Math.Min(payload.Length, Http2Frame.MaxPayload));
            var onBoth = await connection.Window.TakeAsync(onStream);
            Window.Grow(onStream - onBoth);
            await SendDataAsync(payload[..onBoth]);
            payload = payload[onBoth..];
        }
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

        _body.Write(payload);
        _complete = _body.Length >= GrpcMessage.PrefixLength
            && _body.Length >= GrpcMessage.PrefixLength + BinaryPrimitives.ReadUInt32BigEndian(_body.GetBuffer().AsSpan(1));
        return _complete;
    }

    public void Reset() => _reset.TrySetResult();
}
