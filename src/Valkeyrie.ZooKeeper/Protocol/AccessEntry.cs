using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>An entry in the access list of a node. The list does not apply to the node's children.</summary>
/// <param name="Permissions">The permissions.</param>
/// <param name="Scheme">The scheme of the identity, such as <c>world</c> or <c>digest</c>.</param>
/// <param name="Id">The identity.</param>
internal sealed record AccessEntry(Permissions Permissions, string Scheme, string Id)
{
    // A number and two texts.
    private const int Shortest = 12;

    /// <summary>Full access for everyone.</summary>
    public static IReadOnlyList<AccessEntry> Open { get; } = [new(Permissions.All, "world", "anyone")];

    /// <summary>Full access only for the users as which the session has signed in.</summary>
    public static IReadOnlyList<AccessEntry> CreatorOnly { get; } = [new(Permissions.All, "auth", "")];

    public static void Write(JuteWriter writer, IReadOnlyList<AccessEntry> list)
    {
        writer.WriteInt(list.Count);
        foreach (var entry in list)
        {
            writer.WriteInt((int)entry.Permissions);
            writer.WriteString(entry.Scheme);
            writer.WriteString(entry.Id);
        }
    }

    public static IReadOnlyList<AccessEntry> Read(ref JuteReader reader)
    {
        var list = new AccessEntry[reader.ReadCount(Shortest)];
        for (var i = 0; i < list.Length; i++)
        {
            list[i] = new((Permissions)reader.ReadInt(), reader.ReadString(), reader.ReadString());
        }

        return list;
    }
}
