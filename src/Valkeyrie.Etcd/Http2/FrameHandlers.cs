namespace Valkeyrie.Etcd.Http2;

/// <summary>Applies the peer's frames to a connection. Called only by its input, one frame after another.</summary>
/// <param name="connection">The connection.</param>
/// <param name="wake">Resumes a stream's reader.</param>
/// <param name="greeted">Called when the peer has sent its settings.</param>
internal sealed class FrameHandlers(Guarded<ConnectionState> connection, Action<Http2Stream> wake, Action greeted)
{
    /// <summary>The number of bytes that the peer may send on the connection without a further permission.</summary>
    public const int ConnectionWindow = 64 << 20;

    private int _unacknowledged;

    /// <summary>The reason why the peer accepts no more calls; the default if it accepts them or has not stated a reason.</summary>
    public Goodbye Goodbye { get; private set; }

    /// <param name="streamId">The stream.</param>
    /// <param name="data">The data.</param>
    /// <param name="flowControlled">The number of bytes that count for flow control, including padding.</param>
    /// <param name="end">True if the response ends with this frame.</param>
    public void OnData(int streamId, ReadOnlySpan<byte> data, int flowControlled, bool end)
    {
        Http2Stream stream;
        using (var held = connection.Lock())
        {
            var state = held.Value;
            ref var open = ref state.Streams.Find(streamId);
            AcknowledgeOnConnection(state, flowControlled);
            if (OpenStreams.IsNone(ref open))
            {
                return;
            }

            stream = open.Stream;
            if (end)
            {
                state.Complete(stream);
            }
        }

        Deal(stream, stream.OnData(data, flowControlled, end), end);
    }

    public void OnHeaders(int streamId, HeaderList fields, bool end)
    {
        Http2Stream stream;
        using (var held = connection.Lock())
        {
            ref var open = ref held.Value.Streams.Find(streamId);
            if (OpenStreams.IsNone(ref open) || (!end && fields.IsInterim))
            {
                return;
            }

            stream = open.Stream;
            if (end)
            {
                held.Value.Complete(stream);
            }
        }

        Deal(stream, stream.OnHeaders(fields, end), end);
    }

    public void OnReset(int streamId, Http2Error error)
    {
        Http2Stream stream;
        using (var held = connection.Lock())
        {
            ref var open = ref held.Value.Streams.Find(streamId);
            if (OpenStreams.IsNone(ref open))
            {
                return;
            }

            stream = open.Stream;
            held.Value.Streams.Remove(streamId, out _);
        }

        stream.Fail(new Http2ResetException(error));
    }

    public void OnSettings(ReadOnlySpan<byte> settings)
    {
        using (var held = connection.Lock())
        {
            for (; !settings.IsEmpty; settings = settings[SettingEntry.Size..])
            {
                Apply(held.Value, SettingEntry.Read(settings));
            }

            held.Value.Output.WriteSettingsAcknowledgement();
        }

        greeted();
    }

    public void OnPing(ReadOnlySpan<byte> payload)
    {
        using var held = connection.Lock();
        held.Value.Output.WritePingAcknowledgement(payload);
    }

    /// <summary>Handles the peer's notice that it accepts no more calls. Calls above the stated one had no effect; those below may still be answered.</summary>
    public void OnGoAway(Goodbye goodbye)
    {
        List<Http2Stream> refused;
        Goodbye = goodbye;
        using (var held = connection.Lock())
        {
            refused = held.Value.Streams.RemoveAbove(goodbye.LastStreamId);
            held.Value.Streams.Drain();
        }

        var reason = new Http2ConnectionLostException($"The server closes the connection{goodbye}.", notSent: true);
        refused.ForEach(s => s.Fail(reason));
    }

    /// <summary>Handles a larger window. An invalid one ends the stream or the connection to which it applies (section 6.9).</summary>
    public void OnWindowUpdate(int streamId, uint increment)
    {
        Http2Stream stream;
        Http2ProtocolException error;
        using (var held = connection.Lock())
        {
            var state = held.Value;
            if (streamId == 0)
            {
                state.Output.Grow(increment > 0 ? increment : throw Nothing(), state.Streams);
                return;
            }

            ref var open = ref state.Streams.Find(streamId);
            if (OpenStreams.IsNone(ref open) || (increment > 0 && state.Output.TryGrow(ref open, increment)))
            {
                return;
            }

            stream = open.Stream;
            error = increment == 0 ? Nothing() : new Http2ProtocolException(Http2Error.FlowControlError, "its window is too large");
            state.Reset(stream, error.Error);
        }

        stream.Fail(error);
    }

    private static Http2ProtocolException Nothing() => new(Http2Error.ProtocolError, "it increases a window by zero bytes");

    private static void Apply(ConnectionState state, SettingEntry entry)
    {
        switch (entry.Setting)
        {
            case Setting.HeaderTableSize:
                state.Output.SetHeaderTableSize(entry.Value);
                break;
            case Setting.MaxConcurrentStreams:
                state.Streams.SetMost(entry.Value);
                break;
            case Setting.MaxFrameSize:
                state.Output.SetMaxFrame(entry.Value);
                break;
            case Setting.InitialWindowSize:
                state.Output.SetStreamWindow(entry.Value, state.Streams);
                break;
        }
    }

    private void AcknowledgeOnConnection(ConnectionState state, int count)
    {
        _unacknowledged += count;
        if (_unacknowledged >= ConnectionWindow / 2)
        {
            state.Output.WriteWindowUpdate(0, _unacknowledged);
            _unacknowledged = 0;
        }
    }

    private void Deal(Http2Stream stream, StreamInput input, bool end)
    {
        if (input.Resumes)
        {
            wake(stream);
        }

        if (end || (!input.IsGivenUp && input.Acknowledged == 0))
        {
            return;
        }

        using var held = connection.Lock();
        if (input.IsGivenUp)
        {
            held.Value.Reset(stream, Http2Error.Cancel);
        }
        else
        {
            held.Value.Acknowledge(stream, input.Acknowledged);
        }
    }
}
