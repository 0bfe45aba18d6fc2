using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Who may do what with a node. A node's list of them does not extend to its children.</summary>
/// <param name="Permissions">What.</param>
/// <param name="Scheme">How the user is known, such as <c>world</c> or <c>digest</c>.</param>
/// <param name="Id">Who.</param>
internal sealed record AccessEntry(Permissions Permissions, string Scheme, string Id)
{
    // A number and two texts.
    private const int Shortest = 12;

    /// <summary>Everybody may do everything.</summary>
    public static IReadOnlyList<AccessEntry> Open { get; } = [new(Permissions.All, "world", "anyone")];

    /// <summary>Only those may do anything as whom the session has signed in.</summary>
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
