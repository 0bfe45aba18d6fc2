using Valkeyrie.Etcd.Engine;

namespace Valkeyrie.Etcd.Administration;

/// <summary>Has stores of etcd APIv3 serve the administration of their cluster: <see cref="IKvMembers"/>, <see cref="IKvMaintenance"/>,
/// <see cref="IKvAccess"/> and <see cref="IKvSnapshots"/>.</summary>
public static class EtcdAdministration
{
    /// <summary>Registers the capabilities for all stores of the process, open ones included. Calling it again does nothing more.</summary>
    public static void Register()
    {
        EtcdCapabilities.Register<IKvMembers>((calls, _) => new EtcdMembers(calls));
        EtcdCapabilities.Register<IKvMaintenance>((calls, _) => new EtcdMaintenance(calls));
        EtcdCapabilities.Register<IKvAccess>((calls, info) => new EtcdAccess(calls, info));
        EtcdCapabilities.Register<IKvSnapshots>((calls, info) => new EtcdSnapshots(calls, info));
    }
}
