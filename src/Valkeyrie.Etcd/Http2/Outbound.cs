using System.Buffers.Binary;
using Valkeyrie.Etcd.Grpc;

namespace Valkeyrie.Etcd.Http2;

/// <summary>What goes out on a connection: frames in their order, and bodies within the windows that the peer allows (RFC 9113, section 6.9).
/// Whoever finds it idle sends it, together with all that others add meanwhile.</summary>
/// <param name="gate">The connection's lock, under which all is called but what closes or flushes.</param>
/// <param name="transport">Closed here too.</param>
/// <param name="onBroken">Told why sending failed.</param>
internal sealed class Outbound(object gate, Stream transport, Action<Exception> onBroken)
{
    private const int DefaultWindow = 65_535;
    private const int LongestFrame = 1 << 20;

    // A peer that has us answer its pings and settings, and does not read the answers, must not fill the memory with them.
    private const int MostUnsentAnswers = 10_000;

    // A peer that does not read must not keep a connection that is of no use.
    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(1);

    private OutputBuffer _output = new();
    private OutputBuffer _spare = new();
    private bool _flushing;
    private bool _saidGoodbye;
    private int _unsentAnswers;
    private bool _closed;
    private long _window = DefaultWindow;
    private int _maxFrame = FrameHeader.DefaultMaxLength;

    /// <summary>What a stream may send when it begins.</summary>
    public long StreamWindow { get; private set; } = DefaultWindow;

    /// <summary>Greets the peer.</summary>
    /// <param name="streamWindow">How much it may send on each stream before it is told that it may send more.</param>
    /// <param name="connectionWindow">How much on the connection.</param>
    public void WritePreface(int streamWindow, int connectionWindow)
    {
        _output.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        _output.WriteHeader(FrameType.Settings, FrameFlags.None, 0, 2 * SettingEntry.Size);
        new SettingEntry(Setting.EnablePush, 0).Write(_output.Reserve(SettingEntry.Size));
        new SettingEntry(Setting.InitialWindowSize, (uint)streamWindow).Write(_output.Reserve(SettingEntry.Size));
        WriteWindowUpdate(0, connectionWindow - DefaultWindow);
    }

    public void WriteHeaders(int streamId, HeaderEncoder encoder, GrpcMethod method, string? token)
    {
        var at = _output.Length;
        _output.WriteHeader(FrameType.Headers, FrameFlags.EndHeaders, streamId, 0);
        encoder.Encode(method, token, _output);
        _output.FinishFrame(at);
    }

    /// <summary>Sends as much of a request's body as the peer allows now; the rest follows its next window update.</summary>
    public void SendBody(Http2Stream stream)
    {
        while (!stream.Unsent.IsEmpty)
        {
            var length = (int)Math.Min(Math.Min(stream.SendWindow, _window), Math.Min(stream.Unsent.Length, _maxFrame));
            if (length <= 0)
            {
                return;
            }

            var last = length == stream.Unsent.Length;
            _output.WriteHeader(FrameType.Data, last && stream.EndsWithUnsent ? FrameFlags.EndStream : FrameFlags.None, stream.Id, length);
            _output.Write(stream.Unsent.Span[..length]);
            stream.Unsent = stream.Unsent[length..];
            stream.SendWindow -= length;
            _window -= length;
        }
    }

    public void WriteReset(int streamId, Http2Error error) => _output.WriteNumberFrame(FrameType.ResetStream, streamId, (uint)error);

    public void WriteWindowUpdate(int streamId, int increment) => _output.WriteNumberFrame(FrameType.WindowUpdate, streamId, (uint)increment);

    public void WriteSettingsAcknowledgement()
    {
        CountAnswer();
        _output.WriteHeader(FrameType.Settings, FrameFlags.Ack, 0, 0);
    }

    public void WritePing()
    {
        _output.WriteHeader(FrameType.Ping, FrameFlags.None, 0, sizeof(ulong));
        _output.Reserve(sizeof(ulong)).Clear();
    }

    public void WritePingAcknowledgement(ReadOnlySpan<byte> payload)
    {
        CountAnswer();
        _output.WriteHeader(FrameType.Ping, FrameFlags.Ack, 0, payload.Length);
        _output.Write(payload);
    }

    /// <summary>The peer allows more on the connection.</summary>
    public void Grow(uint increment) => _window = Sum(_window, increment) ?? throw TooLarge();

    /// <summary>The peer allows more on a stream; false if that is more than a window may be.</summary>
    public static bool TryGrow(Http2Stream stream, uint increment)
    {
        if (Sum(stream.SendWindow, increment) is not { } window)
        {
            return false;
        }

        stream.SendWindow = window;
        return true;
    }

    /// <summary>The peer allows another first window of each stream, for those that are open too.</summary>
    public void SetStreamWindow(uint window, IEnumerable<Http2Stream> open)
    {
        var change = (window <= int.MaxValue ? window : throw TooLarge()) - StreamWindow;
        StreamWindow = window;
        foreach (var stream in open)
        {
            stream.SendWindow = Sum(stream.SendWindow, change) ?? throw TooLarge();
            SendBody(stream);
        }
    }

    public void SetMaxFrame(uint length) => _maxFrame = length >= FrameHeader.DefaultMaxLength
        ? (int)Math.Min(length, LongestFrame)
        : throw new Http2ProtocolException(Http2Error.ProtocolError, "its longest frame is too short");

    /// <summary>Sends what there is, unless somebody does already.</summary>
    public void Flush()
    {
        lock (gate)
        {
            if (_flushing || _closed || _output.Length == 0)
            {
                return;
            }

            _flushing = true;
        }

        _ = FlushLoopAsync();
    }

    /// <summary>Closes the transport.</summary>
    public void Close()
    {
        lock (gate)
        {
            _closed = true;
        }

        transport.Dispose();
    }

    /// <summary>Tells the peer what it did wrong (RFC 9113, section 5.4.1), then closes the transport.</summary>
    public void CloseWithGoodbye(Http2Error error)
    {
        lock (gate)
        {
            _output.WriteHeader(FrameType.GoAway, FrameFlags.None, 0, 2 * sizeof(uint));
            var room = _output.Reserve(2 * sizeof(uint));
            BinaryPrimitives.WriteUInt32BigEndian(room, 0);
            BinaryPrimitives.WriteUInt32BigEndian(room[sizeof(uint)..], (uint)error);
            _saidGoodbye = true;
        }

        Flush();
        _ = Task.Delay(GoodbyePatience).ContinueWith(
            static (_, self) => ((Outbound)self!).Close(), this, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void CountAnswer()
    {
        if (++_unsentAnswers > MostUnsentAnswers)
        {
            throw new Http2ProtocolException(Http2Error.EnhanceYourCalm, "it asks for answers and does not read them");
        }
    }

    private static long? Sum(long window, long change) => window + change <= int.MaxValue ? window + change : null;

    private static Http2ProtocolException TooLarge() => new(Http2Error.FlowControlError, "its window is too large");

    private async Task FlushLoopAsync()
    {
        try
        {
            while (TakeOutput() is { } ready)
            {
                await transport.WriteAsync(ready.Memory).ConfigureAwait(false);
                ready.Clear();
            }
        }
        catch (Exception e)
        {
            onBroken(new Http2ConnectionLostException("The connection broke while sending.", notSent: false, e));
            Close();
        }
    }

    /// <summary>What is to be sent next; null at the end.</summary>
    private OutputBuffer? TakeOutput()
    {
        lock (gate)
        {
            if (_output.Length > 0 && !_closed)
            {
                var ready = _output;
                _unsentAnswers = 0;
                (_output, _spare) = (_spare, _output);
                return ready;
            }

            _flushing = false;
            if (!_saidGoodbye)
            {
                return null;
            }
        }

        Close();
        return null;
    }
}
