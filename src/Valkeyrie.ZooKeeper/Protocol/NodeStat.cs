using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The metadata of a node.</summary>
/// <param name="Czxid">The transaction that created it.</param>
/// <param name="Mzxid">The transaction that last wrote its data.</param>
/// <param name="Version">The number of writes of its data since its creation, from 0.</param>
/// <param name="ChildVersion">The number of additions and removals of children, from 0.</param>
/// <param name="SessionId">The session of an ephemeral node; 0 for none. Servers also return 0 for a container and for a node with a time to live.</param>
/// <param name="DataLength">The length of its data in bytes; also 0 for none.</param>
/// <param name="ChildCount">The number of its children.</param>
/// <param name="Pzxid">The transaction that last added or removed a child; if none did, that of its creation.</param>
internal readonly record struct NodeStat(
    long Czxid, long Mzxid, int Version, int ChildVersion, long SessionId, int DataLength, int ChildCount, long Pzxid)
{
    /// <summary>The encoded size in bytes.</summary>
    public const int Size = 68;

    public static NodeStat Read(ref JuteReader reader)
    {
        var czxid = reader.ReadLong();
        var mzxid = reader.ReadLong();
        reader.ReadLong(); // ctime
        reader.ReadLong(); // mtime
        var version = reader.ReadInt();
        var childVersion = reader.ReadInt();
        reader.ReadInt(); // aversion
        var session = reader.ReadLong();
        var dataLength = reader.ReadInt();
        var children = reader.ReadInt();
        return new NodeStat(czxid, mzxid, version, childVersion, session, dataLength, children, reader.ReadLong());
    }
}
