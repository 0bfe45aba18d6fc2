using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.Etcd;

/// <summary>The whole conformance suite on etcd's APIv3.</summary>
public static class EtcdV3Conformance
{
    public sealed class Puts(SharedEtcd etcd) : PutConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Reads(SharedEtcd etcd) : ReadConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Lists(SharedEtcd etcd) : ListConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Waits(SharedEtcd etcd) : WaitConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Changes(SharedEtcd etcd) : ChangesConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Paging(SharedEtcd etcd) : PagingConformance(new EtcdV3Rig(etcd.Server));

    [Collection(AloneCollection.Name)]
    public sealed class Memory(SharedEtcd etcd) : MemoryConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Trees(SharedEtcd etcd) : TreeConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Directories(SharedEtcd etcd) : DirectoryConformance(new EtcdV3Rig(etcd.Server));

    public sealed class TreeCopies(SharedEtcd etcd) : TreeCopyConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Mirrors(SharedEtcd etcd) : MirrorConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Batches(SharedEtcd etcd) : BatchConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Atomics(SharedEtcd etcd) : AtomicConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Updates(SharedEtcd etcd) : UpdateConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Ttls(SharedEtcd etcd) : TtlConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Watches(SharedEtcd etcd) : WatchConformance(new EtcdV3Rig(etcd.Server));

    public sealed class WatchRaces(SharedEtcd etcd) : WatchRaceConformance(new EtcdV3Rig(etcd.Server));

    public sealed class WatchHistory(SharedEtcd etcd) : WatchHistoryConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Compaction(OwnEtcd etcd) : CompactionConformance(new EtcdV3Rig(etcd.Server)), IClassFixture<OwnEtcd>;

    public sealed class Locks(SharedEtcd etcd) : LockConformance(new EtcdV3Rig(etcd.Server));

    public sealed class LockWaits(SharedEtcd etcd) : LockWaitConformance(new EtcdV3Rig(etcd.Server));

    public sealed class LockLosses(SharedEtcd etcd) : LockLossConformance(new EtcdV3Rig(etcd.Server));

    public sealed class LockKeys(SharedEtcd etcd) : LockKeyConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Elections(SharedEtcd etcd) : ElectionConformance(new EtcdV3Rig(etcd.Server));

    public sealed class LockStates(SharedEtcd etcd) : LockStatusConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Namespaces(SharedEtcd etcd) : NamespaceConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Leases(SharedEtcd etcd) : LeaseConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Transactions(SharedEtcd etcd) : TransactionConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Histories(SharedEtcd etcd) : HistoryConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Lifetimes(SharedEtcd etcd) : LifetimeConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Endpoints(SharedEtcd etcd) : EndpointConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Telemetry(SharedEtcd etcd) : TelemetryConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Measurements(SharedEtcd etcd) : MeasurementConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Promised(SharedEtcd etcd) : PromiseConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Portable(SharedEtcd etcd) : PortableConformance(new EtcdV3Rig(etcd.Server));

    public sealed class Processes(SharedEtcd etcd) : ProcessConformance(new EtcdV3Rig(etcd.Server));
}
