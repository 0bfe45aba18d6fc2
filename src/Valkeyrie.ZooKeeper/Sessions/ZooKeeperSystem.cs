using Valkeyrie.Engine.Telemetry;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>The names for traces and measurements.</summary>
internal static class ZooKeeperSystem
{
    public static StoreSystem Instance { get; } = new("zookeeper");
}
