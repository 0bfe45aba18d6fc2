using Valkeyrie.Engine.Telemetry;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>What traces and measurements name.</summary>
internal static class ZooKeeperSystem
{
    public static StoreSystem Instance { get; } = new("zookeeper");
}
