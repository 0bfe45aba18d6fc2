namespace Valkeyrie.Etcd.Http2;

/// <summary>The bytes that a peer has sent on a stream and may not send again yet (RFC 9113, section 6.9). Not thread-safe.</summary>
internal struct ReceiveWindow
{
    /// <summary>The number of bytes that a peer may send on one stream without a further permission.</summary>
    public const int Size = 4 << 20;

    private int _unacknowledged;

    /// <summary>Counts received bytes.</summary>
    /// <returns>Null, or the violation: unread data must not accumulate without a limit. A small miscount is harmless.</returns>
    public Http2ProtocolException? Add(int count)
    {
        _unacknowledged += count;
        return _unacknowledged <= 2 * Size ? null : new Http2ProtocolException(Http2Error.FlowControlError, "it sends more than the window allows");
    }

    /// <summary>Returns the number of further bytes that the peer may send, when all received bytes were used.</summary>
    public int Take()
    {
        var count = _unacknowledged;
        _unacknowledged = 0;
        return count;
    }
}
