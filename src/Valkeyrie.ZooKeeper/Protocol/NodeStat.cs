using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>What a server knows of a node beside its data.</summary>
/// <param name="Czxid">The transaction that created it.</param>
/// <param name="Mzxid">The transaction that last wrote its data.</param>
/// <param name="Version">How often its data was written since its creation, from 0.</param>
/// <param name="ChildVersion">How often a child was added or removed, from 0.</param>
/// <param name="SessionId">The session that it ends with; 0 for none. Of a container, and of a node with a time to live, servers tell 0, too.</param>
/// <param name="DataLength">The length of its data; 0 for none, too.</param>
/// <param name="ChildCount">How many nodes are directly below it.</param>
/// <param name="Pzxid">The transaction that last added or removed a child; that of its creation where none did.</param>
internal readonly record struct NodeStat(
    long Czxid, long Mzxid, int Version, int ChildVersion, long SessionId, int DataLength, int ChildCount, long Pzxid)
{
    /// <summary>How many bytes it takes.</summary>
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
