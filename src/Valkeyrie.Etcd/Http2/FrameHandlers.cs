namespace Valkeyrie.Etcd.Http2;

/// <summary>What the peer's frames do to a connection. Called by its input alone, one frame after another.</summary>
/// <param name="gate">The connection's lock.</param>
/// <param name="streams">The open calls.</param>
/// <param name="output">What goes out.</param>
/// <param name="encoder">Told of the size of the peer's header table.</param>
/// <param name="wake">Has a stream's caller resumed.</param>
/// <param name="greeted">Told when the peer has sent its settings.</param>
internal sealed class FrameHandlers(
    object gate, Http2Streams streams, Outbound output, HeaderEncoder encoder, Action<Http2Stream> wake, Action greeted)
{
    /// <summary>How much the peer may send on the connection before it is told that it may send more.</summary>
    public const int ConnectionWindow = 64 << 20;

    private int _unacknowledged;

    /// <summary>Why the peer takes no more calls; the default where it does or has not said so.</summary>
    public Goodbye Goodbye { get; private set; }

    /// <param name="streamId">The stream.</param>
    /// <param name="data">What it carries.</param>
    /// <param name="flowControlled">How many bytes it counts for flow control, padding included.</param>
    /// <param name="end">True if the answer ends with it.</param>
    public void OnData(int streamId, ReadOnlySpan<byte> data, int flowControlled, bool end)
    {
        Http2Stream? stream;
        lock (gate)
        {
            stream = streams.Find(streamId);
            _unacknowledged += flowControlled;
            if (_unacknowledged >= ConnectionWindow / 2)
            {
                output.WriteWindowUpdate(0, _unacknowledged);
                _unacknowledged = 0;
            }

            if (stream is null)
            {
                return;
            }

            if (end)
            {
                streams.Remove(stream, answered: true);
            }
        }

        if (stream.OnData(data, flowControlled, end, out var acknowledgeable))
        {
            wake(stream);
        }

        if (stream.IsGivenUp)
        {
            streams.Cancel(stream);
        }
        else if (acknowledgeable > 0 && !end)
        {
            streams.Acknowledge(stream, acknowledgeable);
        }
    }

    public void OnHeaders(int streamId, in ResponseHeaders headers, bool end)
    {
        Http2Stream? stream;
        lock (gate)
        {
            stream = streams.Find(streamId);
            if (stream is null || (!end && headers.IsInterim))
            {
                return;
            }

            if (end)
            {
                streams.Remove(stream, answered: true);
            }
        }

        if (stream.OnHeaders(headers, end))
        {
            wake(stream);
        }

        if (stream.IsGivenUp)
        {
            streams.Cancel(stream);
        }
    }

    public void OnReset(int streamId, Http2Error error)
    {
        Http2Stream? stream;
        lock (gate)
        {
            stream = streams.Find(streamId);
            if (stream is null)
            {
                return;
            }

            streams.Remove(stream, answered: false);
        }

        stream.Fail(new Http2ResetException(error));
    }

    public void OnSettings(ReadOnlySpan<byte> settings)
    {
        lock (gate)
        {
            for (; !settings.IsEmpty; settings = settings[SettingEntry.Size..])
            {
                Apply(SettingEntry.Read(settings));
            }

            output.WriteSettingsAcknowledgement();
        }

        greeted();
    }

    public void OnPing(ReadOnlySpan<byte> payload)
    {
        lock (gate)
        {
            output.WritePingAcknowledgement(payload);
        }
    }

    /// <summary>The peer takes no more calls. Those above the last one that it names were not acted on; those below may still be answered.</summary>
    public void OnGoAway(Goodbye goodbye)
    {
        List<Http2Stream> refused;
        lock (gate)
        {
            Goodbye = goodbye;
            refused = streams.RemoveAbove(goodbye.LastStreamId);
            streams.Drain();
        }

        var reason = new Http2ConnectionLostException($"The server closes the connection{goodbye}.", notSent: true);
        refused.ForEach(s => s.Fail(reason));
    }

    /// <summary>The peer allows more. What it may not say about a stream ends that stream, about the connection the connection (section 6.9).</summary>
    public void OnWindowUpdate(int streamId, uint increment)
    {
        Http2Stream? stream;
        lock (gate)
        {
            if (streamId == 0)
            {
                output.Grow(increment > 0 ? increment : throw Nothing());
                foreach (var open in streams.Open)
                {
                    output.SendBody(open);
                }

                return;
            }

            stream = streams.Find(streamId);
            if (stream is null)
            {
                return;
            }

            if (increment > 0 && Outbound.TryGrow(stream, increment))
            {
                output.SendBody(stream);
                return;
            }
        }

        var error = increment == 0 ? Nothing() : new Http2ProtocolException(Http2Error.FlowControlError, "its window is too large");
        streams.Cancel(stream, error.Error);
        stream.Fail(error);
    }

    private static Http2ProtocolException Nothing() => new(Http2Error.ProtocolError, "it opens a window by nothing");

    private void Apply(SettingEntry entry)
    {
        switch (entry.Setting)
        {
            case Setting.HeaderTableSize:
                encoder.SetPeerTableSize(entry.Value);
                break;
            case Setting.MaxConcurrentStreams:
                streams.SetMost(entry.Value);
                break;
            case Setting.MaxFrameSize:
                output.SetMaxFrame(entry.Value);
                break;
            case Setting.InitialWindowSize:
                output.SetStreamWindow(entry.Value, streams.Open);
                break;
        }
    }
}
