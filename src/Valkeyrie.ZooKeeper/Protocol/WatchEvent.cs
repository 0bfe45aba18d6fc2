using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>An event of a watch.</summary>
/// <param name="Type">The kind of event.</param>
/// <param name="Path">The node.</param>
internal readonly record struct WatchEvent(WatchEventType Type, string Path)
{
    public static WatchEvent Read(ref JuteReader reader)
    {
        var type = (WatchEventType)reader.ReadInt();
        reader.ReadInt(); // The state of the connection, which this side already knows.
        return new WatchEvent(type, reader.ReadString());
    }
}
