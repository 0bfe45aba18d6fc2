using Valkeyrie.Etcd.Engine;

namespace Valkeyrie.Etcd.Administration;

/// <summary>Adds the administration of an etcd v3 cluster to its stores: <see cref="IKvMembers"/>, <see cref="IKvMaintenance"/>, <see cref="IKvAccess"/> and
/// <see cref="IKvSnapshots"/>.</summary>
public static class EtcdAdministration
{
    /// <summary>Registers the capabilities for all stores of the process, including open ones. Further calls have no effect.</summary>
    public static void Register()
    {
        EtcdCapabilities.Register<IKvMembers>((calls, _) => new EtcdMembers(calls));
        EtcdCapabilities.Register<IKvMaintenance>((calls, _) => new EtcdMaintenance(calls));
        EtcdCapabilities.Register<IKvAccess>((calls, info) => new EtcdAccess(calls, info));
        EtcdCapabilities.Register<IKvSnapshots>((calls, info) => new EtcdSnapshots(calls, info));
    }
}
