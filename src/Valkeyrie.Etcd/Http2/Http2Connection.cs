using Valkeyrie.Etcd.Grpc;

namespace Valkeyrie.Etcd.Http2;

/// <summary>One HTTP/2 connection (RFC 9113) that carries any number of calls at once.</summary>
/// <remarks>The platform's own client spends several kilobytes and half of a small call's time on generality that a gRPC client has no use for:
/// header collections, redirects, content streams. Here a call is a cached header block, its frame, and a stream that collects the reply.
/// One lock guards the connection; nothing under it blocks.</remarks>
#pragma warning disable CA1001 // End disposes what it owns
internal sealed class Http2Connection
#pragma warning restore CA1001
{
    // Shorter than the patience of most proxies that drop idle connections silently.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(50);

    private readonly object _gate = new();
    private readonly InputPump _input;
    private readonly FrameReader _frames;
    private readonly FrameHandlers _handlers;
    private readonly Http2Streams _streams;
    private readonly Outbound _output;
    private readonly HeaderEncoder _encoder;
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _keepAlive;
    private readonly Timer _watchdog;
    private bool _ended;
    private long _lastHeard = Environment.TickCount64;
    private long _pingedAt;

    private Http2Connection(Stream transport, Uri address, TimeSpan keepAlive)
    {
        _encoder = new HeaderEncoder(address);
        _output = new Outbound(_gate, transport, End);
        _streams = new Http2Streams(_gate, _output);
        _input = new InputPump(transport, OnInput, OnInputEnd);
        _handlers = new FrameHandlers(_gate, _streams, _output, _encoder, _input.Wake, () => _greeted.TrySetResult());
        _frames = new FrameReader(_handlers);
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
                return _streams.IsUsable;
            }
        }
    }

    /// <summary>True once every call on it has ended, and none can be started.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_gate)
            {
                return _ended;
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
            connection._output.WritePreface(Http2Streams.Window, FrameHandlers.ConnectionWindow);
            connection._output.Flush();
            connection._input.Start();
            await connection._greeted.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch (Exception e)
        {
            connection.End(e);
            throw;
        }
    }

    /// <summary>Sends a call's request, if the connection takes one.</summary>
    /// <param name="stream">Collects the reply.</param>
    /// <param name="method">The method.</param>
    /// <param name="token">The token to sign in with; null for none.</param>
    /// <param name="frame">The framed message, which must stay as it is until the call has ended.</param>
    /// <param name="end">True if the request ends with it.</param>
    /// <returns>Whether the call was started; if not, whether to wait for this connection or to make another.</returns>
    public StartResult TryStart(Http2Stream stream, GrpcMethod method, string? token, ReadOnlyMemory<byte> frame, bool end)
    {
        lock (_gate)
        {
            if (!_streams.IsUsable)
            {
                return StartResult.Closed;
            }

            if (_streams.SlotFreed() is { } freed)
            {
                return new StartResult(false, freed);
            }

            stream.Connection = this;
            stream.Unsent = frame;
            stream.EndsWithUnsent = end;
            _streams.Add(stream);
            _output.WriteHeaders(stream.Id, _encoder, method, token);
            _output.SendBody(stream);

            // What lay idle may have been dropped on the way without a word: asked at once, that is known long before the call's time is up.
            PingIfSilent(Environment.TickCount64);
        }

        _output.Flush();
        return StartResult.Started;
    }

    /// <summary>Ends a call that its caller has given up.</summary>
    public void Cancel(Http2Stream stream, Exception reason)
    {
        _streams.Cancel(stream);
        stream.Fail(reason);
        _output.Flush();
    }

    /// <summary>Lets the peer send as much more as has been taken of a stream.</summary>
    public void Acknowledge(Http2Stream stream, int count)
    {
        if (_streams.Acknowledge(stream, count))
        {
            _output.Flush();
        }
    }

    /// <summary>Ends the connection and every call on it.</summary>
    public void End(Exception reason)
    {
        List<Http2Stream> orphans;
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            orphans = _streams.End();
        }

        _watchdog.Dispose();
        if (reason is Http2ProtocolException violation)
        {
            _output.CloseWithGoodbye(violation.Error);
        }
        else
        {
            _output.Close();
        }

        _greeted.TrySetException(reason);
        foreach (var stream in orphans)
        {
            stream.Fail(reason);
        }
    }

    private int OnInput(ReadOnlySpan<byte> bytes)
    {
        Volatile.Write(ref _lastHeard, Environment.TickCount64);
        var done = _frames.Read(bytes);
        _output.Flush();
        return done;
    }

    private void OnInputEnd(Exception e)
    {
        // What it said before it went is why.
        var said = _handlers.Goodbye.ToString();
        var cause = e is Http2ConnectionLostException ? e.InnerException : e;
        End(said.Length > 0 && e is not Http2ProtocolException ? new Http2ConnectionLostException($"The server closed the connection{said}.", notSent: false, cause)
            : e is Http2ProtocolException or Http2ConnectionLostException or Http2ConnectException ? e
            : new Http2ConnectionLostException("The connection broke.", notSent: false, e));
    }

    /// <summary>Sees, every now and then, whether a silent peer is still there and whether an idle connection should go.</summary>
    private void Watch()
    {
        Exception? reason;
        lock (_gate)
        {
            var now = Environment.TickCount64;
            reason = WatchSilence(now) ?? WatchIdle(now);
            if (reason is not null)
            {
                // A call that began between here and the end would be sent, and perhaps told that it was not.
                _streams.Drain();
            }
        }

        if (reason is not null)
        {
            End(reason);
        }

        _output.Flush();
    }

    private Http2ConnectionLostException? WatchIdle(long now) =>
        _streams.IsEmpty && (_streams.IsDraining || now - _streams.IdleSince >= IdleTimeout.TotalMilliseconds)
            ? new Http2ConnectionLostException("The connection was idle.", notSent: true)
            : null;

    private Http2ConnectionLostException? WatchSilence(long now)
    {
        if (_pingedAt != 0 && Volatile.Read(ref _lastHeard) >= _pingedAt)
        {
            _pingedAt = 0;
        }

        if (_pingedAt != 0 && now - _pingedAt >= _keepAlive / 2)
        {
            return new Http2ConnectionLostException("The server does not answer any more.", notSent: false);
        }

        if (!_streams.IsEmpty)
        {
            PingIfSilent(now);
        }

        return null;
    }

    /// <summary>Asks a peer that owes something, and has long said nothing, whether it is still there. etcd wants no pings without an open call.</summary>
    private void PingIfSilent(long now)
    {
        if (_pingedAt == 0 && now - Volatile.Read(ref _lastHeard) >= _keepAlive)
        {
            _pingedAt = now;
            _output.WritePing();
        }
    }
}
