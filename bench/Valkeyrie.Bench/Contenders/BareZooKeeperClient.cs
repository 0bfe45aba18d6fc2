using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Valkeyrie.Bench.Contenders;

/// <summary>The floor of ZooKeeper's protocol: a socket that sends ready-made requests, up to a number in flight, and counts the replies.</summary>
internal sealed class BareZooKeeperClient : IDisposable
{
    private const int GetDataOp = 4;
    private const int SetDataOp = 5;
    private const int SyncOp = 9;
    private const int SessionMilliseconds = 600_000;
    private const int PasswordLength = 16;

    // Servers return it, and require no order.
    private const int AnyXid = 1;
    private const int HeaderLength = 16;
    private const int ErrorOffset = 12;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _received = new byte[256 << 10];
    private readonly byte[] _sending = new byte[256 << 10];
    private int _start;
    private int _end;

    public static async Task<BareZooKeeperClient> ConnectAsync(int port)
    {
        var client = new BareZooKeeperClient();
        try
        {
            await client._socket.ConnectAsync("127.0.0.1", port);
            var hello = new Frame();
            hello.Int(0).Long(0).Int(SessionMilliseconds).Long(0).Bytes(new byte[PasswordLength]).Byte(0);
            await client._socket.SendAsync(hello.ToArray());
            await client.NextFrameAsync();
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public static byte[] SetData(string path, byte[] value) => Request(SetDataOp).Text(path).Bytes(value).Int(-1).ToArray();

    /// <summary>Makes a linearizable read: a sync and a read, which are answered in order.</summary>
    public static byte[] SyncAndGetData(string path) => [.. Request(SyncOp).Text(path).ToArray(), .. GetData(path)];

    public static byte[] GetData(string path) => Request(GetDataOp).Text(path).Byte(0).ToArray();

    /// <summary>Makes a number of requests, with some of them in flight.</summary>
    /// <param name="width">The number of requests in flight.</param>
    /// <param name="operations">The number of requests.</param>
    /// <param name="requests">The requests, used in turn.</param>
    /// <param name="repliesEach">The number of replies to each request.</param>
    public async Task RunAsync(int width, long operations, byte[][] requests, int repliesEach)
    {
        var (sent, replies) = (0L, 0L);
        while (replies < operations * repliesEach)
        {
            var length = 0;
            for (; sent < operations && sent - replies / repliesEach < width; sent++)
            {
                var request = requests[sent % requests.Length];
                request.CopyTo(_sending, length);
                length += request.Length;
            }

            if (length > 0)
            {
                await _socket.SendAsync(_sending.AsMemory(0, length));
            }

            await NextFrameAsync();
            for (replies++; TryTakeFrame();)
            {
                replies++;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static Frame Request(int op) => new Frame().Int(AnyXid).Int(op);

    private async ValueTask NextFrameAsync()
    {
        while (!TryTakeFrame())
        {
            if (_start > 0)
            {
                _received.AsSpan(_start.._end).CopyTo(_received);
                (_start, _end) = (0, _end - _start);
            }

            if (_end == _received.Length)
            {
                Array.Resize(ref _received, 2 * _received.Length);
            }

            var read = await _socket.ReceiveAsync(_received.AsMemory(_end));
            _end += read > 0 ? read : throw new EndOfStreamException();
        }
    }

    private bool TryTakeFrame()
    {
        if (_end - _start < sizeof(int))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_received.AsSpan(_start));
        var frame = _start + sizeof(int);
        if (_end - frame < length)
        {
            return false;
        }

        if (length >= HeaderLength && BinaryPrimitives.ReadInt32BigEndian(_received.AsSpan(frame)) == AnyXid
            && BinaryPrimitives.ReadInt32BigEndian(_received.AsSpan(frame + ErrorOffset)) is not 0 and var error)
        {
            throw new InvalidDataException($"The server answers with error {error}.");
        }

        _start = frame + length;
        return true;
    }

    /// <summary>A frame in jute's format: numbers are big-endian, and texts and bytes follow their length.</summary>
    private sealed class Frame
    {
        private readonly List<byte> _bytes = [0, 0, 0, 0];

        public Frame Int(int number)
        {
            Span<byte> bytes = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(bytes, number);
            _bytes.AddRange(bytes);
            return this;
        }

        public Frame Long(long number)
        {
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64BigEndian(bytes, number);
            _bytes.AddRange(bytes);
            return this;
        }

        public Frame Byte(byte value)
        {
            _bytes.Add(value);
            return this;
        }

        public Frame Bytes(byte[] bytes)
        {
            Int(bytes.Length);
            _bytes.AddRange(bytes);
            return this;
        }

        public Frame Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

        public byte[] ToArray()
        {
            byte[] frame = [.. _bytes];
            BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - sizeof(int));
            return frame;
        }
    }
}
