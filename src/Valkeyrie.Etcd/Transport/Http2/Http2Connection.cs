using System.Buffers;
using System.Buffers.Binary;

namespace Valkeyrie.Etcd.Transport.Http2;

/// <summary>One HTTP/2 connection (RFC 9113) that carries any number of calls at once.</summary>
/// <remarks>The platform's own client spends several kilobytes and half of a small call's time on generality that a gRPC client has no use for:
/// header collections, redirects, content streams. Here a call is a cached header block, its frame, and a stream that collects the reply.
/// One lock guards the connection; nothing under it blocks. Whoever finds the output idle sends it, together with all that others add meanwhile.</remarks>
#pragma warning disable CA1001 // End disposes what it owns
internal sealed class Http2Connection
#pragma warning restore CA1001
{
    public const int StreamWindow = 4 << 20;
    public const int ConnectionWindow = 64 << 20;

    private const int DefaultWindow = 65_535;
    private const int LongestHeaderBlock = 64 << 10;
    private const int LastUsefulStreamId = int.MaxValue - 2;

    // A peer that has us answer its pings and settings, and does not read the answers, must not fill the memory with them.
    private const int MostUnsentAnswers = 10_000;

    // Shorter than the patience of most proxies that drop idle connections silently.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(50);

    private readonly object _gate = new();
    private readonly Stream _transport;
    private readonly InputPump _input;
    private readonly HeaderEncoder _encoder;
    private readonly HeaderDecoder _decoder = new();
    private readonly Dictionary<int, Http2Stream> _streams = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _keepAlive;
    private readonly Timer _watchdog;
    private OutputBuffer _output = new();
    private OutputBuffer _spare = new();
    private bool _flushing;
    private int _nextStreamId = 1;
    private long _sendWindow = DefaultWindow;
    private long _peerStreamWindow = DefaultWindow;
    private int _peerMaxFrame = FrameHeader.DefaultMaxLength;
    private uint _peerMaxStreams = uint.MaxValue;
    private TaskCompletionSource? _slotFreed;
    private int _unacknowledged;
    private bool _draining;
    private Exception? _ended;
    private long _lastHeard;
    private long _idleSince;
    private long _pingedAt;
    private int _unsentAnswers;
    private int _headersFor;
    private FrameFlags _headersFlags;
    private ArrayBufferWriter<byte>? _headersBlock;

    private Http2Connection(Stream transport, Uri address, TimeSpan keepAlive)
    {
        _transport = transport;
        _input = new InputPump(transport, OnInput, OnInputEnd);
        _encoder = new HeaderEncoder(address);
        _lastHeard = _idleSince = Environment.TickCount64;
        _keepAlive = Math.Max(1, (long)keepAlive.TotalMilliseconds);
        var often = TimeSpan.FromMilliseconds(Math.Max(1, _keepAlive / 4));
        _watchdog = new Timer(static self => ((Http2Connection)self!).Watch(), this, often, often);
    }

    /// <summary>True while calls can be started.</summary>
    public bool IsUsable
    {
        get
        {
            lock (_gate)
            {
                return _ended is null && !_draining;
            }
        }
    }

    /// <summary>Greets the peer and waits for its greeting, so that a call is only ever sent to what speaks HTTP/2.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="address">The endpoint.</param>
    /// <param name="keepAlive">How long the peer may be silent while it owes something before it is asked whether it is still there.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<Http2Connection> StartAsync(Stream transport, Uri address, TimeSpan keepAlive, CancellationToken cancellationToken)
    {
        var connection = new Http2Connection(transport, address, keepAlive);
        try
        {
            connection.WritePreface();
            connection.Flush();
            connection._input.Start();
            await connection._ready.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch (Exception e)
        {
            connection.End(e);
            throw;
        }
    }

    /// <summary>Sends a call's request; null if the connection takes no more calls, or a task to wait for before trying again.</summary>
    /// <param name="stream">Collects the reply.</param>
    /// <param name="method">The method.</param>
    /// <param name="token">The token to sign in with; null for none.</param>
    /// <param name="frame">The framed message, which must stay as it is until the call has ended.</param>
    /// <param name="end">True if the request ends with it.</param>
    public StartResult TryStart(Http2Stream stream, GrpcMethod method, string? token, ReadOnlyMemory<byte> frame, bool end)
    {
        lock (_gate)
        {
            if (_ended is not null || _draining)
            {
                return StartResult.Closed;
            }

            if (_streams.Count >= _peerMaxStreams)
            {
                _slotFreed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return new StartResult(false, _slotFreed.Task);
            }

            stream.Connection = this;
            stream.Id = _nextStreamId;
            stream.SendWindow = _peerStreamWindow;
            stream.Unsent = frame;
            stream.EndsWithUnsent = end;
            _nextStreamId += 2;
            _draining = _nextStreamId >= LastUsefulStreamId;
            _streams.Add(stream.Id, stream);
            var at = _output.Length;
            _output.WriteHeader(FrameType.Headers, FrameFlags.EndHeaders, stream.Id, 0);
            _encoder.Encode(method, token, _output);
            _output.FinishFrame(at);
            SendBody(stream);

            // What lay idle may have been dropped on the way without a word: asked at once, that is known long before the call's time is up.
            PingIfSilent(Environment.TickCount64);
        }

        Flush();
        return StartResult.Started;
    }

    /// <summary>Ends a call that its caller has given up.</summary>
    public void Cancel(Http2Stream stream, Exception reason)
    {
        Cancel(stream);
        stream.Fail(reason);
        Flush();
    }

    /// <summary>Lets the peer send as much more as has been taken of a stream, told in large steps.</summary>
    public void Acknowledge(Http2Stream stream, int count)
    {
        lock (_gate)
        {
            stream.Acknowledgeable += count;
            if (stream.Acknowledgeable < StreamWindow / 2 || _ended is not null || !_streams.ContainsKey(stream.Id))
            {
                return;
            }

            _output.WriteNumberFrame(FrameType.WindowUpdate, stream.Id, (uint)stream.Acknowledgeable);
            stream.Acknowledgeable = 0;
        }

        Flush();
    }

    /// <summary>Ends the connection and every call on it.</summary>
    public void End(Exception reason)
    {
        List<Http2Stream> orphans;
        lock (_gate)
        {
            if (_ended is not null)
            {
                return;
            }

            _ended = reason;
            orphans = [.. _streams.Values];
            _streams.Clear();
            _slotFreed?.TrySetResult();
        }

        _watchdog.Dispose();
        _transport.Dispose();
        _ready.TrySetException(reason);
        foreach (var stream in orphans)
        {
            stream.Fail(reason);
        }
    }

    private static Http2ProtocolException Violation(string what, Http2Error error = Http2Error.ProtocolError) => new(error, what);

    private void WritePreface()
    {
        _output.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        _output.WriteHeader(FrameType.Settings, FrameFlags.None, 0, 2 * 6);
        WriteSetting(Setting.EnablePush, 0);
        WriteSetting(Setting.InitialWindowSize, StreamWindow);
        _output.WriteNumberFrame(FrameType.WindowUpdate, 0, ConnectionWindow - DefaultWindow);
    }

    private void WriteSetting(Setting setting, uint value)
    {
        var room = _output.Reserve(6);
        BinaryPrimitives.WriteUInt16BigEndian(room, (ushort)setting);
        BinaryPrimitives.WriteUInt32BigEndian(room[2..], value);
    }

    /// <summary>Sends as much of a request's body as the peer allows now; the rest follows its next window update.</summary>
    private void SendBody(Http2Stream stream)
    {
        while (!stream.Unsent.IsEmpty)
        {
            var length = (int)Math.Min(Math.Min(stream.SendWindow, _sendWindow), Math.Min(stream.Unsent.Length, _peerMaxFrame));
            if (length <= 0)
            {
                return;
            }

            var last = length == stream.Unsent.Length;
            _output.WriteHeader(FrameType.Data, last && stream.EndsWithUnsent ? FrameFlags.EndStream : FrameFlags.None, stream.Id, length);
            _output.Write(stream.Unsent.Span[..length]);
            stream.Unsent = stream.Unsent[length..];
            stream.SendWindow -= length;
            _sendWindow -= length;
        }
    }

    private void Flush()
    {
        lock (_gate)
        {
            if (_flushing || _output.Length == 0 || _ended is not null)
            {
                return;
            }

            _flushing = true;
        }

        _ = FlushLoopAsync();
    }

    private async Task FlushLoopAsync()
    {
        try
        {
            while (true)
            {
                OutputBuffer ready;
                lock (_gate)
                {
                    if (_output.Length == 0 || _ended is not null)
                    {
                        _flushing = false;
                        return;
                    }

                    ready = _output;
                    _unsentAnswers = 0;
                    (_output, _spare) = (_spare, _output);
                }

                await _transport.WriteAsync(ready.Memory).ConfigureAwait(false);
                ready.Clear();
            }
        }
        catch (Exception e)
        {
            End(new Http2ConnectionLostException("The connection broke while sending.", notSent: false, e));
        }
    }

    private int OnInput(ReadOnlySpan<byte> bytes)
    {
        Volatile.Write(ref _lastHeard, Environment.TickCount64);
        var done = Process(bytes);
        Flush();
        return done;
    }

    private void OnInputEnd(Exception e) => End(e is Http2ProtocolException or Http2ConnectionLostException or Http2ConnectException
        ? e
        : new Http2ConnectionLostException("The connection broke.", notSent: false, e));

    /// <summary>Acts on every whole frame; returns how many bytes they took.</summary>
    private int Process(ReadOnlySpan<byte> bytes)
    {
        var done = 0;
        while (bytes.Length - done >= FrameHeader.Size)
        {
            var header = FrameHeader.Read(bytes[done..]);
            if (!_ready.Task.IsCompleted && (header.Type != FrameType.Settings || header.StreamId != 0 || header.Length > FrameHeader.DefaultMaxLength))
            {
                throw new Http2ConnectException(KvUnreachableReason.Protocol, Http2Connector.GuessPeer(bytes));
            }

            if (header.Length > FrameHeader.DefaultMaxLength)
            {
                throw Violation("it sent a frame that is too long", Http2Error.FrameSizeError);
            }

            if (bytes.Length - done - FrameHeader.Size < header.Length)
            {
                break;
            }

            OnFrame(header, bytes.Slice(done + FrameHeader.Size, header.Length));
            done += FrameHeader.Size + header.Length;
        }

        return done;
    }

    private void OnFrame(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (_headersFor != 0 && (header.Type != FrameType.Continuation || header.StreamId != _headersFor))
        {
            throw Violation("it broke into a header block");
        }

        switch (header.Type)
        {
            case FrameType.Data: OnData(header, payload); break;
            case FrameType.Headers: OnHeaders(header, payload); break;
            case FrameType.Continuation: OnContinuation(header, payload); break;
            case FrameType.ResetStream: OnReset(header, payload); break;
            case FrameType.Settings: OnSettings(header, payload); break;
            case FrameType.Ping: OnPing(header, payload); break;
            case FrameType.GoAway: OnGoAway(payload); break;
            case FrameType.WindowUpdate: OnWindowUpdate(header, payload); break;
            case FrameType.PushPromise: throw Violation("it pushes what was not asked for");
        }
    }

    private void OnData(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        // Before anything else: a violation must find the stream among those that it ends.
        var data = Unpad(header, payload);
        var end = header.Flags.HasFlag(FrameFlags.EndStream);
        Http2Stream? stream;
        lock (_gate)
        {
            if (header.StreamId == 0 || header.StreamId >= _nextStreamId)
            {
                throw Violation("it sent data for no call");
            }

            _unacknowledged += header.Length;
            if (_unacknowledged >= ConnectionWindow / 2)
            {
                _output.WriteNumberFrame(FrameType.WindowUpdate, 0, (uint)_unacknowledged);
                _unacknowledged = 0;
            }

            if (!_streams.TryGetValue(header.StreamId, out stream))
            {
                return;
            }

            if (end)
            {
                _streams.Remove(header.StreamId);
                Finished(stream);
            }
        }

        if (stream.OnData(data, header.Length, end, out var acknowledgeable))
        {
            _input.Wake(stream);
        }

        if (stream.IsGivenUp)
        {
            Cancel(stream);
        }
        else if (acknowledgeable > 0 && !end)
        {
            Acknowledge(stream, acknowledgeable);
        }
    }

    private static ReadOnlySpan<byte> Unpad(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!header.Flags.HasFlag(FrameFlags.Padded))
        {
            return payload;
        }

        return !payload.IsEmpty && payload.Length > payload[0] ? payload[1..^payload[0]] : throw Violation("its padding is longer than its frame");
    }

    private void OnHeaders(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        var block = Unpad(header, payload);
        if (header.Flags.HasFlag(FrameFlags.Priority))
        {
            const int priorityLength = 5;
            block = block.Length >= priorityLength ? block[priorityLength..] : throw Violation("its headers are cut short", Http2Error.FrameSizeError);
        }

        if (header.Flags.HasFlag(FrameFlags.EndHeaders))
        {
            OnHeaderBlock(header.StreamId, header.Flags, block);
            return;
        }

        _headersFor = header.StreamId != 0 ? header.StreamId : throw Violation("it sent headers for no call");
        _headersFlags = header.Flags;
        _headersBlock = new ArrayBufferWriter<byte>();
        _headersBlock.Write(block);
    }

    private void OnContinuation(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (_headersBlock is null || _headersFor == 0)
        {
            throw Violation("it continues no header block");
        }

        _headersBlock.Write(payload);
        if (_headersBlock.WrittenCount > LongestHeaderBlock)
        {
            throw Violation("its headers are too long", Http2Error.EnhanceYourCalm);
        }

        if (header.Flags.HasFlag(FrameFlags.EndHeaders))
        {
            _headersFor = 0;
            OnHeaderBlock(header.StreamId, _headersFlags, _headersBlock.WrittenSpan);
            _headersBlock = null;
        }
    }

    private void OnHeaderBlock(int streamId, FrameFlags flags, ReadOnlySpan<byte> block)
    {
        var headers = default(ResponseHeaders);
        _decoder.Decode(block, ref headers);
        var end = flags.HasFlag(FrameFlags.EndStream);
        if (Find(streamId, remove: end, finished: end) is not { } stream || (!end && headers.HttpStatus is "100" or "103"))
        {
            return;
        }

        if (stream.OnHeaders(headers, end))
        {
            _input.Wake(stream);
        }

        if (stream.IsGivenUp)
        {
            Cancel(stream);
        }
    }

    private void OnReset(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length != sizeof(uint))
        {
            throw Violation("its reset has the wrong length", Http2Error.FrameSizeError);
        }

        Find(header.StreamId, remove: true)?.Fail(new Http2ResetException((Http2Error)BinaryPrimitives.ReadUInt32BigEndian(payload)));
    }

    private Http2Stream? Find(int streamId, bool remove, bool finished = false)
    {
        lock (_gate)
        {
            if (!_streams.TryGetValue(streamId, out var stream))
            {
                return streamId != 0 && streamId < _nextStreamId ? null : throw Violation("it answers a call that was not made");
            }

            if (remove)
            {
                _streams.Remove(streamId);
                if (finished)
                {
                    Finished(stream);
                }
                else
                {
                    Freed(stream);
                }
            }

            return stream;
        }
    }

    private void OnSettings(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Flags.HasFlag(FrameFlags.Ack))
        {
            return;
        }

        if (payload.Length % 6 != 0)
        {
            throw Violation("its settings have the wrong length", Http2Error.FrameSizeError);
        }

        lock (_gate)
        {
            for (; !payload.IsEmpty; payload = payload[6..])
            {
                Apply((Setting)BinaryPrimitives.ReadUInt16BigEndian(payload), BinaryPrimitives.ReadUInt32BigEndian(payload[2..]));
            }

            CountAnswer();
            _output.WriteHeader(FrameType.Settings, FrameFlags.Ack, 0, 0);
        }

        _ready.TrySetResult();
    }

    private void Apply(Setting setting, uint value)
    {
        switch (setting)
        {
            case Setting.HeaderTableSize when !_ready.Task.IsCompleted:
                _encoder.PeerTableSize(value);
                break;
            case Setting.MaxConcurrentStreams:
                _peerMaxStreams = value;
                _slotFreed?.TrySetResult();
                _slotFreed = null;
                break;
            case Setting.MaxFrameSize:
                _peerMaxFrame = value >= FrameHeader.DefaultMaxLength
                    ? (int)Math.Min(value, 1 << 20)
                    : throw Violation("its longest frame is too short");
                break;
            case Setting.InitialWindowSize:
                var change = (value <= int.MaxValue ? value : throw Violation("its window is too large", Http2Error.FlowControlError)) - _peerStreamWindow;
                _peerStreamWindow = value;
                foreach (var stream in _streams.Values)
                {
                    stream.SendWindow += change;
                    SendBody(stream);
                }

                break;
        }
    }

    private void OnPing(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length != sizeof(ulong))
        {
            throw Violation("its ping has the wrong length", Http2Error.FrameSizeError);
        }

        if (header.Flags.HasFlag(FrameFlags.Ack))
        {
            return;
        }

        lock (_gate)
        {
            CountAnswer();
            _output.WriteHeader(FrameType.Ping, FrameFlags.Ack, 0, payload.Length);
            _output.Write(payload);
        }
    }

    private void OnGoAway(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 2 * sizeof(uint))
        {
            throw Violation("its goodbye has the wrong length", Http2Error.FrameSizeError);
        }

        // Calls above the last one named were not acted on; those below may still be answered.
        var last = BinaryPrimitives.ReadUInt32BigEndian(payload) & int.MaxValue;
        List<Http2Stream> refused;
        lock (_gate)
        {
            _draining = true;
            refused = [.. _streams.Values.Where(s => s.Id > last)];
            foreach (var stream in refused)
            {
                _streams.Remove(stream.Id);
                Freed(stream);
            }

            // No slot of this connection is worth waiting for any more.
            _slotFreed?.TrySetResult();
            _slotFreed = null;
        }

        var reason = new Http2ConnectionLostException("The server closes the connection.", notSent: true);
        refused.ForEach(s => s.Fail(reason));
    }

    private void OnWindowUpdate(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length != sizeof(uint))
        {
            throw Violation("its window update has the wrong length", Http2Error.FrameSizeError);
        }

        var increment = BinaryPrimitives.ReadUInt32BigEndian(payload) & int.MaxValue;
        lock (_gate)
        {
            if (header.StreamId != 0)
            {
                if (_streams.TryGetValue(header.StreamId, out var stream))
                {
                    stream.SendWindow += increment;
                    SendBody(stream);
                }

                return;
            }

            _sendWindow += increment;
            foreach (var stream in _streams.Values)
            {
                SendBody(stream);
            }
        }
    }

    /// <summary>Tells the peer that nobody wants the rest of its answer.</summary>
    private void Cancel(Http2Stream stream)
    {
        lock (_gate)
        {
            if (_streams.Remove(stream.Id))
            {
                Freed(stream);
                if (_ended is null)
                {
                    _output.WriteNumberFrame(FrameType.ResetStream, stream.Id, (uint)Http2Error.Cancel);
                }
            }
        }
    }

    /// <summary>The peer has answered in full. If the request is still open, the peer is told that nothing more will come.</summary>
    private void Finished(Http2Stream stream)
    {
        if (!stream.Unsent.IsEmpty || !stream.EndsWithUnsent)
        {
            _output.WriteNumberFrame(FrameType.ResetStream, stream.Id, (uint)Http2Error.Cancel);
        }

        Freed(stream);
    }

    private void Freed(Http2Stream stream)
    {
        stream.Unsent = default;
        _idleSince = Environment.TickCount64;
        _slotFreed?.TrySetResult();
        _slotFreed = null;
    }

    private void CountAnswer()
    {
        if (++_unsentAnswers > MostUnsentAnswers)
        {
            throw Violation("it asks for answers and does not read them", Http2Error.EnhanceYourCalm);
        }
    }

    /// <summary>Asks a peer that owes something, and has long said nothing, whether it is still there. etcd wants no pings without an open call.</summary>
    private void PingIfSilent(long now)
    {
        if (_pingedAt != 0 || now - Volatile.Read(ref _lastHeard) < _keepAlive)
        {
            return;
        }

        _pingedAt = now;
        _output.WriteHeader(FrameType.Ping, FrameFlags.None, 0, sizeof(ulong));
        _output.Reserve(sizeof(ulong)).Clear();
    }

    /// <summary>Sees, every now and then, whether a silent peer is still there and whether an idle connection should go.</summary>
    private void Watch()
    {
        var now = Environment.TickCount64;
        Exception? reason = null;
        lock (_gate)
        {
            if (_pingedAt != 0 && Volatile.Read(ref _lastHeard) >= _pingedAt)
            {
                _pingedAt = 0;
            }

            if (_pingedAt != 0 && now - _pingedAt >= _keepAlive / 2)
            {
                reason = new Http2ConnectionLostException("The server does not answer any more.", notSent: false);
            }
            else if (_streams.Count > 0)
            {
                PingIfSilent(now);
            }
            else if (_draining || now - _idleSince >= IdleTimeout.TotalMilliseconds)
            {
                reason = new Http2ConnectionLostException("The connection was idle.", notSent: true);
            }

            // A call that began between here and the end would be sent, and perhaps told that it was not.
            _draining |= reason is not null;
        }

        if (reason is not null)
        {
            End(reason);
        }

        Flush();
    }
}

/// <summary>How starting a call went.</summary>
/// <param name="Ok">True if it was started.</param>
/// <param name="Wait">Where the peer takes no more calls at the moment: what to wait for; else null.</param>
internal readonly record struct StartResult(bool Ok, Task? Wait)
{
    public static StartResult Started => new(true, null);

    public static StartResult Closed => new(false, null);
}
