using Valkeyrie.Engine.Telemetry;

namespace Valkeyrie.Etcd.Cluster;

/// <summary>What traces and measurements of both of etcd's APIs name.</summary>
internal static class EtcdSystem
{
    public static StoreSystem Instance { get; } = new("etcd");
}
