namespace Valkeyrie.Etcd.Http2;

/// <summary>An HTTP/2 connection (RFC 9113) with any number of concurrent streams.</summary>
/// <remarks>The platform's own client spends several kilobytes and half of the time of a small call on header collections, redirects and content streams. Here
/// a call is a header block of indexed fields, its data, and a stream object for the response.</remarks>
#pragma warning disable CA1001 // End disposes its members
internal sealed class Http2Connection
#pragma warning restore CA1001
{
    // Shorter than the limit of most proxies that silently drop idle connections.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(50);

    private readonly Guarded<ConnectionState> _state;
    private readonly InputPump _input;
    private readonly FrameReader _frames;
    private readonly FrameHandlers _handlers;
    private readonly OutputPump _output;
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _keepAlive;
    private readonly Timer _watchdog;
    private long _lastHeard = Environment.TickCount64;

    private Http2Connection(Stream transport, Uri address, TimeSpan keepAlive)
    {
        _state = new Guarded<ConnectionState>(new ConnectionState(address));
        _output = new OutputPump(_state, transport, End);
        _input = new InputPump(transport, OnInput, OnInputEnd);
        _handlers = new FrameHandlers(_state, _input.Wake, () => _greeted.TrySetResult());
        _frames = new FrameReader(_handlers);
        _keepAlive = Math.Max(1, (long)keepAlive.TotalMilliseconds);
        var often = TimeSpan.FromMilliseconds(Math.Max(1, _keepAlive / 4));
        _watchdog = new Timer(static self => ((Http2Connection)self!).Watch(), this, often, often);
    }

    /// <summary>True while streams can be started.</summary>
    public bool IsUsable
    {
        get
        {
            using var held = _state.Lock();
            return IsOpen(held.Value);
        }
    }

    /// <summary>True after every stream has ended, and none can be started.</summary>
    public bool HasEnded
    {
        get
        {
            using var held = _state.Lock();
            return held.Value.HasEnded;
        }
    }

    /// <summary>Exchanges greetings with the peer, so that a request is sent only to an HTTP/2 server.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="address">The peer's address.</param>
    /// <param name="keepAlive">The time for which a peer that owes a response may be silent before it is pinged.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<Http2Connection> StartAsync(Stream transport, Uri address, TimeSpan keepAlive, CancellationToken cancellationToken)
    {
        var connection = new Http2Connection(transport, address, keepAlive);
        try
        {
            connection.Greet();
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

    /// <summary>Starts a stream with its request, if the connection accepts one.</summary>
    /// <param name="stream">Receives the response.</param>
    /// <param name="headers">The request's headers.</param>
    /// <param name="body">The request's body, or its first part, which must stay unchanged until the stream has ended or has sent it.</param>
    /// <param name="end">True if the request ends with this part.</param>
    /// <returns>Whether the stream was started; if not, whether to wait for this connection or to open another.</returns>
    public StartResult TryStart(Http2Stream stream, in RequestHeaders headers, ReadOnlyMemory<byte> body, bool end)
    {
        using (var held = _state.Lock())
        {
            var state = held.Value;
            if (!IsOpen(state))
            {
                return StartResult.Closed;
            }

            if (state.Streams.SlotFreed() is { } freed)
            {
                return new StartResult(false, freed);
            }

            ref var open = ref state.Streams.Add(this, stream, state.Output.StreamWindow);
            state.Output.WriteHeaders(stream.Id, headers);
            open.Add(body, end);
            state.Output.SendBody(ref open);

            // An idle connection may have been dropped silently on the way. A ping at once reveals that long before the call's time is up.
            PingIfSilent(state, Environment.TickCount64);
        }

        _output.Flush();
        return StartResult.Started;
    }

    /// <summary>Sends more of a stream's request.</summary>
    /// <returns>Completes when the part is under way, or the stream has ended.</returns>
    public Task SendAsync(Http2Stream stream, ReadOnlyMemory<byte> body, bool end)
    {
        Task sent;
        using (var held = _state.Lock())
        {
            ref var open = ref held.Value.Streams.Find(stream);
            if (OpenStreams.IsNone(ref open))
            {
                return Task.CompletedTask;
            }

            open.Add(body, end);
            held.Value.Output.SendBody(ref open);
            sent = open.WhenSent();
        }

        _output.Flush();
        return sent;
    }

    /// <summary>Ends a stream whose response is no longer needed.</summary>
    public void Cancel(Http2Stream stream, Exception reason)
    {
        using (var held = _state.Lock())
        {
            held.Value.Reset(stream, Http2Error.Cancel);
        }

        stream.Fail(reason);
        _output.Flush();
    }

    /// <summary>Allows the peer to send as many further bytes as were used of a stream.</summary>
    public void Acknowledge(Http2Stream stream, int count)
    {
        using (var held = _state.Lock())
        {
            held.Value.Acknowledge(stream, count);
        }

        _output.Flush();
    }

    /// <summary>Ends the connection and every stream on it.</summary>
    public void End(Exception reason)
    {
        List<Http2Stream> orphans;
        using (var held = _state.Lock())
        {
            if (held.Value.HasEnded)
            {
                return;
            }

            held.Value.HasEnded = true;
            orphans = held.Value.Streams.RemoveAbove(0);
            held.Value.Streams.Drain();
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
        orphans.ForEach(s => s.Fail(reason));
    }

    private static bool IsOpen(ConnectionState state) => !state.HasEnded && !state.Streams.IsDraining;

    private void Greet()
    {
        using (var held = _state.Lock())
        {
            held.Value.Output.WritePreface(ReceiveWindow.Size, FrameHandlers.ConnectionWindow);
        }

        _output.Flush();
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
        // The peer's last notice is the reason.
        var said = _handlers.Goodbye.ToString();
        var cause = e is Http2ConnectionLostException ? e.InnerException : e;
        End(said.Length > 0 && e is not Http2ProtocolException ? new Http2ConnectionLostException($"The server closed the connection{said}.", notSent: false, cause)
            : e is Http2ProtocolException or Http2ConnectionLostException or Http2ConnectException ? e
            : new Http2ConnectionLostException("The connection broke.", notSent: false, e));
    }

    /// <summary>Checks regularly whether a silent peer is still there and whether an idle connection should be closed.</summary>
    private void Watch()
    {
        Exception? reason;
        using (var held = _state.Lock())
        {
            var now = Environment.TickCount64;
            reason = WatchSilence(held.Value, now) ?? WatchIdle(held.Value.Streams, now);
            if (reason is not null)
            {
                // A call that began between here and the end would be sent, and perhaps reported as not sent.
                held.Value.Streams.Drain();
            }
        }

        if (reason is not null)
        {
            End(reason);
        }

        _output.Flush();
    }

    private static Http2ConnectionLostException? WatchIdle(OpenStreams streams, long now) =>
        streams.IsEmpty && (streams.IsDraining || now - streams.IdleSince >= IdleTimeout.TotalMilliseconds)
            ? new Http2ConnectionLostException("The connection was idle.", notSent: true)
            : null;

    private Http2ConnectionLostException? WatchSilence(ConnectionState state, long now)
    {
        if (state.PingedAt != 0 && Volatile.Read(ref _lastHeard) >= state.PingedAt)
        {
            state.PingedAt = 0;
        }

        if (state.PingedAt != 0 && now - state.PingedAt >= _keepAlive / 2)
        {
            return new Http2ConnectionLostException("The server no longer responds.", notSent: false);
        }

        if (!state.Streams.IsEmpty)
        {
            PingIfSilent(state, now);
        }

        return null;
    }

    /// <summary>Pings a peer that owes a response and has been silent for long. Without an open stream it owes nothing, and a server may then treat pings as an
    /// attack.</summary>
    private void PingIfSilent(ConnectionState state, long now)
    {
        if (state.PingedAt == 0 && now - Volatile.Read(ref _lastHeard) >= _keepAlive)
        {
            state.PingedAt = now;
            state.Output.WritePing();
        }
    }
}
