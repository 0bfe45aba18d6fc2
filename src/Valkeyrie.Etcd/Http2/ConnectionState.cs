namespace Valkeyrie.Etcd.Http2;

/// <summary>What a connection's callers, its input, its output and its timer share. Not thread-safe: <see cref="Guarded{T}"/> hands it out.</summary>
/// <param name="address">The peer's address.</param>
internal sealed class ConnectionState(Uri address)
{
    public OutputQueue Output { get; } = new(address);

    public OpenStreams Streams { get; } = new();

    /// <summary>True once the connection and every stream on it have ended.</summary>
    public bool HasEnded { get; set; }

    /// <summary>When the peer was asked whether it is still there, in <see cref="Environment.TickCount64"/>; 0 once it has been heard since.</summary>
    public long PingedAt { get; set; }

    /// <summary>Ends a stream early: tells the peer that nobody wants the rest of the response, or what is wrong with it.</summary>
    public void Reset(Http2Stream stream, Http2Error error)
    {
        if (Streams.Remove(stream.Id, out _))
        {
            Output.WriteReset(stream.Id, error);
        }
    }

    /// <summary>Forgets a stream whose whole response has arrived. If the request is still open, the peer learns that nothing more will come.</summary>
    public void Complete(Http2Stream stream)
    {
        if (Streams.Remove(stream.Id, out var isRequestComplete) && !isRequestComplete)
        {
            Output.WriteReset(stream.Id, Http2Error.Cancel);
        }
    }

    /// <summary>Lets the peer send as much more on a stream as has been used, announced in large steps.</summary>
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
