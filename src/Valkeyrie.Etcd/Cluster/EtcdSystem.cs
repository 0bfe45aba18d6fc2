using Valkeyrie.Engine.Telemetry;

namespace Valkeyrie.Etcd.Cluster;

/// <summary>The names of both etcd APIs for traces and measurements.</summary>
internal static class EtcdSystem
{
    public static StoreSystem Instance { get; } = new("etcd");
}
