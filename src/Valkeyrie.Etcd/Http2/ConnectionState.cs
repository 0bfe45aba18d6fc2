namespace Valkeyrie.Etcd.Http2;

/// <summary>The state that a connection's callers, input, output and timer share. Not thread-safe: <see cref="Guarded{T}"/> guards it.</summary>
/// <param name="address">The peer's address.</param>
internal sealed class ConnectionState(Uri address)
{
    public OutputQueue Output { get; } = new(address);

    public OpenStreams Streams { get; } = new();

    /// <summary>True after the connection and all of its streams have ended.</summary>
    public bool HasEnded { get; set; }

    /// <summary>The time of an unanswered ping to the peer, in <see cref="Environment.TickCount64"/>; 0 if the peer was heard since.</summary>
    public long PingedAt { get; set; }

    /// <summary>Ends a stream early: notifies the peer that the rest of the response is not needed, or of its error.</summary>
    public void Reset(Http2Stream stream, Http2Error error)
    {
        if (Streams.Remove(stream.Id, out _))
        {
            Output.WriteReset(stream.Id, error);
        }
    }

    /// <summary>Removes a stream with a complete response. If the request is still open, the peer is notified that it ends.</summary>
    public void Complete(Http2Stream stream)
    {
        if (Streams.Remove(stream.Id, out var isRequestComplete) && !isRequestComplete)
        {
            Output.WriteReset(stream.Id, Http2Error.Cancel);
        }
    }

    /// <summary>Allows the peer to send as many further bytes on a stream as were used, announced in large steps.</summary>
    public void Acknowledge(Http2Stream stream, int count)
    {
        ref var open = ref Streams.Find(stream);
        if (OpenStreams.IsNone(ref open))
        {
            return;
        }

        open.Acknowledgeable += count;
        if (open.Acknowledgeable >= ReceiveWindow.Size / 2)
        {
            Output.WriteWindowUpdate(stream.Id, open.Acknowledgeable);
            open.Acknowledgeable = 0;
        }
    }
}
