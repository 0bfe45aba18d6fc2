using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Tests.Rigs;

/// <summary>One connection of a <see cref="ScriptedHttp2Peer"/>: reads frames, handles settings and pings, and passes requests to the script.</summary>
#pragma warning disable CA1001 // Close frees the stream, and may be called by the script long before the peer ends; the semaphore holds no handle
internal sealed class ScriptedConnection(Socket socket, int number, ScriptedGreeting greeting, Func<ScriptedRequest, Task> answer)
{
    private const int PrefaceLength = 24;
    private const int DefaultWindow = 65_535;

    private readonly NetworkStream _stream = new(socket, ownsSocket: true);
    private readonly HeaderDecoder _decoder = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Dictionary<int, ScriptedRequest> _requests = [];
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _pings = new();
    private readonly List<Task> _answers = [];
    private readonly TaskCompletionSource<uint> _goodbye = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _nextPing;
    private long _clientStreamWindow = DefaultWindow;
    private long _received;
    private int _opened;

    /// <summary>True for the first connection of its peer.</summary>
    public bool IsFirst => number == 0;

    /// <summary>The number of bytes that the client still allows on the whole connection.</summary>
    public FlowWindow Window { get; } = new(DefaultWindow);

    /// <summary>The number of received bytes of request bodies.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>The number of requests that have begun.</summary>
    public int Opened => Volatile.Read(ref _opened);

    /// <summary>The longest payload of a received frame.</summary>
    public int LongestFrame { get; private set; }

    /// <summary>The header block of the last request.</summary>
    public byte[] LastHeaderBlock { get; private set; } = [];

    /// <summary>Gets the error with which the client ends the connection. Fails if it sends none.</summary>
    public Task<uint> Goodbye => _goodbye.Task;

    public async Task ServeAsync()
    {
        socket.NoDelay = true;
        try
        {
            await _stream.ReadExactlyAsync(new byte[PrefaceLength]);
            await WriteAsync(greeting.Bytes);
            while (true)
            {
                await ReadFrameAsync();
            }
        }
        catch (Exception e) when (IsClosed(e))
        {
            Close();
            _goodbye.TrySetException(e);
        }

        foreach (var request in _requests.Values)
        {
            request.Reset();
        }

        await Task.WhenAll(_answers);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await _writing.WaitAsync();
        try
        {
            await _stream.WriteAsync(bytes);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Returns when the client has read all sent bytes: it has answered a ping.</summary>
    public async Task SettleAsync()
    {
        var number = Interlocked.Increment(ref _nextPing);
        var settled = _pings[number] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var opaque = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(opaque, number);
        await WriteAsync(Http2Frame.Ping(opaque, ack: false));
        await settled.Task.WaitAsync(Patience.Limit);
    }

    /// <summary>Ends the connection normally: sent bytes still arrive.</summary>
    public void Close()
    {
        foreach (var ping in _pings.Values)
        {
            ping.TrySetException(new IOException("The connection has ended."));
        }

        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (IsClosed(e))
        {
        }

        _stream.Dispose();
    }

    private static bool IsClosed(Exception e) => e is IOException or SocketException or ObjectDisposedException;

    private async Task ReadFrameAsync()
    {
        var header = new byte[Http2Frame.HeaderLength];
        await _stream.ReadExactlyAsync(header);
        var payload = new byte[(header[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(1))];
        await _stream.ReadExactlyAsync(payload);
        LongestFrame = Math.Max(LongestFrame, payload.Length);
        var acknowledges = (header[4] & Http2Frame.Ack) != 0;
        var streamId = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5));
        switch ((Http2FrameType)header[3])
        {
            case Http2FrameType.Settings when !acknowledges:
                ReadSettings(payload);
                await WriteAsync(Http2Frame.SettingsAck());
                break;
            case Http2FrameType.Ping when !acknowledges:
                await WriteAsync(Http2Frame.Ping(payload, ack: true));
                break;
            case Http2FrameType.Ping:
                if (_pings.TryRemove(BinaryPrimitives.ReadInt64BigEndian(payload), out var settled))
                {
                    settled.TrySetResult();
                }

                break;
            case Http2FrameType.WindowUpdate:
                var window = streamId == 0 ? Window : _requests[streamId].Window;
                window.Grow(BinaryPrimitives.ReadInt32BigEndian(payload));
                break;
            case Http2FrameType.Headers:
                LastHeaderBlock = payload;
                _requests[streamId] = new ScriptedRequest(this, streamId, _clientStreamWindow) { Fields = Decode(payload) };
                Interlocked.Increment(ref _opened);
                break;
            case Http2FrameType.Data:
                Interlocked.Add(ref _received, payload.Length);
                if (_requests[streamId].Receive(payload, (header[4] & Http2Frame.EndStream) != 0))
                {
                    _answers.Add(AnswerAsync(_requests[streamId]));
                }

                break;
            case Http2FrameType.GoAway:
                _goodbye.TrySetResult(BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(sizeof(uint))));
                break;
            case Http2FrameType.RstStream:
                _requests[streamId].Reset();
                break;
        }
    }

    private Dictionary<string, string> Decode(ReadOnlySpan<byte> block)
    {
        var fields = new HeaderList();
        _decoder.Decode(block, fields);
        return Enumerable.Range(0, fields.Count).ToDictionary(i => fields[i].Name, i => fields[i].Value);
    }

    private void ReadSettings(ReadOnlySpan<byte> payload)
    {
        const int Length = 6;
        for (; !payload.IsEmpty; payload = payload[Length..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(payload) == (int)Http2Setting.InitialWindowSize)
            {
                _clientStreamWindow = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
            }
        }
    }

    private async Task AnswerAsync(ScriptedRequest request)
    {
        try
        {
            await answer(request);
        }
        catch (Exception e) when (IsClosed(e))
        {
            // The client has disconnected; the test checks its reaction.
        }
    }
}
