namespace Valkeyrie.Etcd.V2;

/// <summary>Changes have left the server's window of the last 1000 before they could be read.</summary>
/// <param name="fromIndex">The index of the first missing change.</param>
#pragma warning disable CA1032, CA1064 // answered by listing again, or mapped to KvCompactedException
internal sealed class WindowPassedException(long fromIndex) : Exception
{
    public long FromIndex { get; } = fromIndex;
}
#pragma warning restore CA1032, CA1064
