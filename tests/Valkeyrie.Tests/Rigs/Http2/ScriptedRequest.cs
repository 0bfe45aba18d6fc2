using System.Buffers.Binary;
using System.Threading.Channels;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A gRPC request to a <see cref="ScriptedHttp2Peer"/>, which can be answered piece by piece.</summary>
/// <param name="connection">Its connection.</param>
/// <param name="streamId">Its number on that connection.</param>
/// <param name="window">The number of bytes that the client allows at first.</param>
#pragma warning disable CA1001 // a memory stream holds nothing to be freed
internal sealed class ScriptedRequest(ScriptedConnection connection, int streamId, long window)
{
    private readonly MemoryStream _body = new();
    private readonly TaskCompletionSource _reset = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<byte[]> _messages = Channel.CreateUnbounded<byte[]>();
    private bool _answered;
    private int _read;

    public int StreamId => streamId;

    /// <summary>True for the first request of its peer.</summary>
    public bool IsFirst => streamId == 1 && connection.IsFirst;

    /// <summary>The first message of the request, without its prefix.</summary>
    public byte[] Message => _body.ToArray()[GrpcMessage.PrefixLength..];

    /// <summary>The header fields of the request.</summary>
    public required IReadOnlyDictionary<string, string> Fields { get; init; }

    /// <summary>Completes when the client has ended the request.</summary>
    public Task WhenEnded => _ended.Task;

    public ScriptedConnection Connection => connection;

    /// <summary>The number of bytes that the client still allows on this stream.</summary>
    public FlowWindow Window { get; } = new(window);

    /// <summary>Completes when the client has canceled the request, or the connection has ended.</summary>
    public Task WhenReset => _reset.Task;

    /// <summary>Reads the next message of the request, without its prefix; null at the end of the request.</summary>
    public async Task<byte[]?> ReadAsync()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        return await _messages.Reader.WaitToReadAsync(patience.Token) ? await _messages.Reader.ReadAsync(patience.Token) : null;
    }

    /// <summary>Sends unchanged bytes in one piece.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> bytes) => connection.WriteAsync(bytes);

    public Task SendHeadersAsync(params (string Name, string Value)[] headers) => SendAsync(Http2Frame.Headers(streamId, headers));

    /// <summary>Sends the headers of a valid answer.</summary>
    public Task SendOkHeadersAsync() => SendHeadersAsync(GrpcMessage.OkHeaders);

    public Task SendDataAsync(ReadOnlyMemory<byte> payload) => SendAsync(Http2Frame.Data(streamId, payload.Span));

    /// <summary>Ends the answer with a status.</summary>
    public Task SendTrailersAsync(int status, string? message = null) =>
        SendAsync(Http2Frame.Headers(streamId, GrpcMessage.Trailers(status, message), endStream: true));

    /// <summary>Sends a complete valid answer: headers, one message, status 0.</summary>
    public async Task ReplyAsync(ReadOnlyMemory<byte> payload)
    {
        await SendOkHeadersAsync();
        await SendDataAsync(GrpcMessage.Write(payload.Span));
        await SendTrailersAsync(0);
    }

    /// <summary>Sends data within the client's windows, in frames of the usual length.</summary>
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

    /// <summary>Adds a piece of the body.</summary>
    /// <param name="payload">The piece.</param>
    /// <param name="end">True if it is the last one.</param>
    /// <returns>True when the request can be answered: its first message is complete, or it has ended without one.</returns>
    public bool Receive(ReadOnlySpan<byte> payload, bool end)
    {
        _body.Write(payload);
        while (NextMessage() is { } message)
        {
            _messages.Writer.TryWrite(message);
        }

        if (end)
        {
            _messages.Writer.TryComplete();
            _ended.TrySetResult();
        }

        var isFirst = !_answered && (_read > 0 || end);
        _answered |= isFirst;
        return isFirst;
    }

    public void Reset()
    {
        _messages.Writer.TryComplete();
        _reset.TrySetResult();
    }

    private byte[]? NextMessage()
    {
        var rest = _body.GetBuffer().AsSpan(_read, (int)_body.Length - _read);
        if (rest.Length < GrpcMessage.PrefixLength
            || rest.Length - GrpcMessage.PrefixLength < BinaryPrimitives.ReadUInt32BigEndian(rest[1..]))
        {
            return null;
        }

        var length = (int)BinaryPrimitives.ReadUInt32BigEndian(rest[1..]);
        _read += GrpcMessage.PrefixLength + length;
        return rest.Slice(GrpcMessage.PrefixLength, length).ToArray();
    }
}
