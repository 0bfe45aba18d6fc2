using System.Buffers.Binary;
using System.Net.Sockets;
using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.Tests.Rigs;

/// <summary>One connection of a <see cref="ScriptedZooKeeper"/>.</summary>
internal sealed class ScriptedMember(Socket socket, int number) : IDisposable
{
    public const long SessionId = 0x77;

    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    /// <summary>The number of connections before it.</summary>
    public int Number => number;

    /// <summary>Reads the request for a session and grants one.</summary>
    /// <param name="timeoutMs">The session's timeout in milliseconds; 0 means that it has expired.</param>
    /// <returns>The requested session; 0 for a new one.</returns>
    public async Task<long> GreetAsync(int timeoutMs = 10_000)
    {
        var request = await ReadAsync();
        var asked = BinaryPrimitives.ReadInt64BigEndian(request.AsSpan(16));
        await SendAsync(Greeting(timeoutMs));
        return asked;
    }

    public static byte[] Greeting(int timeoutMs = 10_000) => Frame(w =>
    {
        w.WriteInt(0);
        w.WriteInt(timeoutMs);
        w.WriteLong(SessionId);
        w.WriteBuffer(new byte[16]);
        w.WriteBool(false);
    });

    /// <summary>The content of the next frame.</summary>
    public async Task<byte[]> ReadAsync()
    {
        var header = new byte[sizeof(int)];
        await _stream.ReadExactlyAsync(header);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(header)];
        await _stream.ReadExactlyAsync(frame);
        return frame;
    }

    /// <summary>Reads the next request except pings, which are answered.</summary>
    public async Task<ScriptedCall> NextAsync()
    {
        while (true)
        {
            var frame = await ReadAsync();
            var call = new ScriptedCall(BinaryPrimitives.ReadInt32BigEndian(frame), BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)), frame);
            if (call.Op != 11)
            {
                return call;
            }

            await SendAsync(Reply(call.Xid));
        }
    }

    public async Task SendAsync(byte[] bytes)
    {
        await _stream.WriteAsync(bytes);
        await _stream.FlushAsync();
    }

    /// <summary>Reads until the client has disconnected.</summary>
    public async Task SwallowAsync()
    {
        var buffer = new byte[4096];
        while (await _stream.ReadAsync(buffer) > 0)
        {
        }
    }

    /// <summary>A reply.</summary>
    public static byte[] Reply(int xid, int error = 0, long zxid = 1, Action<JuteWriter>? body = null) => Frame(w =>
    {
        w.WriteInt(xid);
        w.WriteLong(zxid);
        w.WriteInt(error);
        body?.Invoke(w);
    });

    /// <summary>The reply to a read of data.</summary>
    public static void Data(JuteWriter writer, string value, long mzxid = 1)
    {
        writer.WriteBuffer(value.Bytes().Span);
        Stat(writer, mzxid, value.Length);
    }

    public static void Stat(JuteWriter writer, long mzxid = 1, int length = 0)
    {
        writer.WriteLong(1);
        writer.WriteLong(mzxid);
        writer.WriteLong(0);
        writer.WriteLong(0);
        writer.WriteInt(0);
        writer.WriteInt(0);
        writer.WriteInt(0);
        writer.WriteLong(0);
        writer.WriteInt(length);
        writer.WriteInt(0);
        writer.WriteLong(1);
    }

    public static byte[] Frame(Action<JuteWriter> content)
    {
        var writer = new JuteWriter();
        var start = writer.BeginFrame();
        content(writer);
        writer.EndFrame(start);
        return writer.Written.ToArray();
    }

    public void Dispose() => _stream.Dispose();
}

/// <summary>A received request.</summary>
internal sealed record ScriptedCall(int Xid, int Op, byte[] Frame);
