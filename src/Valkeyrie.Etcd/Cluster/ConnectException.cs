namespace Valkeyrie.Etcd.Cluster;

/// <summary>No connection could be made.</summary>
#pragma warning disable CA1032, CA1064 // made in this folder, with all it needs, and told as another error before a caller of the assembly sees it
internal sealed class ConnectException(KvUnreachableReason reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public KvUnreachableReason Reason { get; } = reason;
}
#pragma warning restore CA1032, CA1064
