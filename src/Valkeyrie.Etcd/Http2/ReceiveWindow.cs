namespace Valkeyrie.Etcd.Http2;

/// <summary>What a peer has sent on a stream and is not yet allowed to send again (RFC 9113, section 6.9). Not thread-safe.</summary>
internal struct ReceiveWindow
{
    /// <summary>How much a peer may send on one stream before it is allowed to send more.</summary>
    public const int Size = 4 << 20;

    private int _unacknowledged;

    /// <summary>Counts what has arrived.</summary>
    /// <returns>Null, or what is wrong: unread data must not pile up without end. A peer that miscounts by a little does no harm.</returns>
    public Http2ProtocolException? Add(int count)
    {
        _unacknowledged += count;
        return _unacknowledged <= 2 * Size ? null : new Http2ProtocolException(Http2Error.FlowControlError, "it sends more than the window allows");
    }

    /// <summary>For how many bytes the peer may send more, once all that arrived has been used.</summary>
    public int Take()
    {
        var count = _unacknowledged;
        _unacknowledged = 0;
        return count;
    }
}
