namespace Valkeyrie.Etcd.Http2;

/// <summary>No connection could be made.</summary>
#pragma warning disable CA1032, CA1064 // made in this folder, with all it needs, and mapped to a KvException before a caller sees it
internal sealed class Http2ConnectException(KvUnreachableReason reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public KvUnreachableReason Reason { get; } = reason;
}
#pragma warning restore CA1032, CA1064
