using System.Buffers.Binary;

namespace Valkeyrie.Etcd.Http2;

/// <summary>The output of a connection: frames in their order, and bodies within the windows that the peer allows (RFC 9113, section 6.9); part of
/// <see cref="ConnectionState"/>.</summary>
/// <param name="address">The peer's address.</param>
internal sealed class OutputQueue(Uri address)
{
    private const int DefaultWindow = 65_535;
    private const int LongestFrame = 1 << 20;

    // A peer that sends pings and settings without reading the answers must not fill the memory with them.
    private const int MostUnsentAnswers = 10_000;

    private readonly HeaderEncoder _encoder = new(address);
    private OutputBuffer _output = new();
    private OutputBuffer _spare = new();
    private bool _isSending;
    private bool _endsWithGoodbye;
    private int _unsentAnswers;
    private long _window = DefaultWindow;
    private int _maxFrame = FrameHeader.DefaultMaxLength;

    /// <summary>True when nothing more is sent.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The number of bytes that a new stream may send.</summary>
    public long StreamWindow { get; private set; } = DefaultWindow;

    /// <summary>Writes the greeting.</summary>
    /// <param name="streamWindow">The number of bytes that the peer may send on each stream without a further permission.</param>
    /// <param name="connectionWindow">The same for the connection.</param>
    public void WritePreface(int streamWindow, int connectionWindow)
    {
        _output.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        _output.WriteHeader(FrameType.Settings, FrameFlags.None, 0, 2 * SettingEntry.Size);
        new SettingEntry(Setting.EnablePush, 0).Write(_output.Reserve(SettingEntry.Size));
        new SettingEntry(Setting.InitialWindowSize, (uint)streamWindow).Write(_output.Reserve(SettingEntry.Size));
        WriteWindowUpdate(0, connectionWindow - DefaultWindow);
    }

    public void WriteHeaders(int streamId, in RequestHeaders headers)
    {
        var at = _output.Length;
        _output.WriteHeader(FrameType.Headers, FrameFlags.EndHeaders, streamId, 0);
        _encoder.Encode(headers, _output);
        _output.FinishFrame(at);
    }

    /// <summary>Sends as much of a request's body as the peer allows now; the rest follows its next window update.</summary>
    public void SendBody(ref OpenStream stream)
    {
        while (!stream.Unsent.IsEmpty)
        {
            var length = (int)Math.Min(Math.Min(stream.SendWindow, _window), Math.Min(stream.Unsent.Length, _maxFrame));
            if (length <= 0)
            {
                return;
            }

            SendData(ref stream, length);
            _window -= length;
        }

        if (stream.EndsWithUnsent && !stream.IsRequestComplete)
        {
            // An end without data needs no window.
            SendData(ref stream, 0);
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

    /// <summary>Notifies the peer of its error (RFC 9113, section 5.4.1). Nothing is sent after it.</summary>
    public void WriteGoodbye(Http2Error error)
    {
        _output.WriteHeader(FrameType.GoAway, FrameFlags.None, 0, 2 * sizeof(uint));
        var room = _output.Reserve(2 * sizeof(uint));
        BinaryPrimitives.WriteUInt32BigEndian(room, 0);
        BinaryPrimitives.WriteUInt32BigEndian(room[sizeof(uint)..], (uint)error);
        _endsWithGoodbye = true;
    }

    /// <summary>Applies a larger window of the connection.</summary>
    public void Grow(uint increment, OpenStreams streams)
    {
        _window = Sum(_window, increment) ?? throw TooLarge();
        foreach (var id in streams.Ids)
        {
            SendBody(ref streams.Find(id));
        }
    }

    /// <summary>Applies a larger window of a stream.</summary>
    /// <returns>False if it exceeds the maximum window.</returns>
    public bool TryGrow(ref OpenStream stream, uint increment)
    {
        if (Sum(stream.SendWindow, increment) is not { } window)
        {
            return false;
        }

        stream.SendWindow = window;
        SendBody(ref stream);
        return true;
    }

    /// <summary>Applies another initial window of streams, also to open ones.</summary>
    public void SetStreamWindow(uint window, OpenStreams streams)
    {
        var change = (window <= int.MaxValue ? window : throw TooLarge()) - StreamWindow;
        StreamWindow = window;
        foreach (var id in streams.Ids)
        {
            ref var stream = ref streams.Find(id);
            stream.SendWindow = Sum(stream.SendWindow, change) ?? throw TooLarge();
            SendBody(ref stream);
        }
    }

    public void SetMaxFrame(uint length) => _maxFrame = length >= FrameHeader.DefaultMaxLength
        ? (int)Math.Min(length, LongestFrame)
        : throw new Http2ProtocolException(Http2Error.ProtocolError, "its limit for frames is too small");

    public void SetHeaderTableSize(uint size) => _encoder.SetPeerTableSize(size);

    /// <summary>Makes the caller the sender; false if there is nothing to send, or another thread already sends.</summary>
    public bool TryBeginSending()
    {
        if (_isSending || IsClosed || _output.Length == 0)
        {
            return false;
        }

        _isSending = true;
        return true;
    }

    /// <summary>Returns the next output for the sender, valid until the next call; null at the end, after which the caller is no longer the sender.</summary>
    public OutputBuffer? Next()
    {
        _spare.Clear();
        if (_output.Length == 0 || IsClosed)
        {
            _isSending = false;
            IsClosed |= _endsWithGoodbye;
            return null;
        }

        _unsentAnswers = 0;
        (_output, _spare) = (_spare, _output);
        return _spare;
    }

    public void Close() => IsClosed = true;

    private static long? Sum(long window, long change) => window + change <= int.MaxValue ? window + change : null;

    private static Http2ProtocolException TooLarge() => new(Http2Error.FlowControlError, "its window is too large");

    private void SendData(ref OpenStream stream, int length)
    {
        var ends = stream.EndsWithUnsent && length == stream.Unsent.Length;
        _output.WriteHeader(FrameType.Data, ends ? FrameFlags.EndStream : FrameFlags.None, stream.Stream.Id, length);
        _output.Write(stream.Unsent.Span[..length]);
        stream.Sent(length);
    }

    private void CountAnswer()
    {
        if (++_unsentAnswers > MostUnsentAnswers)
        {
            throw new Http2ProtocolException(Http2Error.EnhanceYourCalm, "it requests responses and does not read them");
        }
    }
}
