namespace Valkeyrie.Etcd.Transport.Http2;

/// <summary>One HTTP/2 connection (RFC 9113) that carries any number of calls at once.</summary>
/// <remarks>The platform's own client spends several kilobytes and half of a small call's time on generality that a gRPC client has no use for:
/// header collections, redirects, content streams. Here a call is a cached header block, its frame, and a stream that collects the reply.
/// One lock guards the connection; nothing under it blocks.</remarks>
#pragma warning disable CA1001 // End disposes what it owns
internal sealed class Http2Connection
#pragma warning restore CA1001
{
    // etcd closes connections that ping more often than every 5 s, or without an open call (grpc-keepalive-min-time).
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(5);

    // Shorter than the patience of most proxies that drop idle connections silently.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(50);

    private readonly object _gate = new();
    private readonly InputPump _input;
    private readonly FrameReader _frames;
    private readonly Http2Streams _streams;
    private readonly Outbound _output;
    private readonly HeaderEncoder _encoder;
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Timer _watchdog;
    private bool _ended;
    private long _lastHeard = Environment.TickCount64;
    private bool _pinged;

    private Http2Connection(Stream transport, Uri address)
    {
        _encoder = new HeaderEncoder(address);
        _output = new Outbound(_gate, transport, End);
        _streams = new Http2Streams(_gate, _output);
        _input = new InputPump(transport, OnInput, OnInputEnd);
        _frames = new FrameReader(new FrameHandlers(_gate, _streams, _output, _encoder, _input.Wake, () => _greeted.TrySetResult()));
        _watchdog = new Timer(static self => ((Http2Connection)self!).Watch(), this, PingTimeout, PingTimeout);
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
    public static async Task<Http2Connection> StartAsync(Stream transport, Uri address, CancellationToken cancellationToken)
    {
        var connection = new Http2Connection(transport, address);
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

    private void OnInputEnd(Exception e) => End(e is Http2ProtocolException or Http2ConnectionLostException or Http2ConnectException
        ? e
        : new Http2ConnectionLostException("The connection broke.", notSent: false, e));

    /// <summary>Sees, every few seconds, whether a silent peer is still there and whether an idle connection should go.</summary>
    private void Watch()
    {
        Exception? reason;
        lock (_gate)
        {
            reason = _streams.IsEmpty ? WatchIdle() : WatchSilence();
        }

        if (reason is not null)
        {
            End(reason);
        }

        _output.Flush();
    }

    private Http2ConnectionLostException? WatchIdle()
    {
        _pinged = false;
        if (!_streams.IsDraining && Environment.TickCount64 - _streams.IdleSince < IdleTimeout.TotalMilliseconds)
        {
            return null;
        }

        // A call that began between here and the end would be sent, and told that it was not.
        _streams.Drain();
        return new Http2ConnectionLostException("The connection was idle.", notSent: true);
    }

    private Http2ConnectionLostException? WatchSilence()
    {
        if (Environment.TickCount64 - Volatile.Read(ref _lastHeard) < PingAfter.TotalMilliseconds)
        {
            _pinged = false;
            return null;
        }

        if (_pinged)
        {
            return new Http2ConnectionLostException("The server does not answer any more.", notSent: false);
        }

        _pinged = true;
        _output.WritePing();
        return null;
    }
}
