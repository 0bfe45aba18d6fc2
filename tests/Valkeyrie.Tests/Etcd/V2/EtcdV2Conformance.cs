using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.Etcd.V2;

/// <summary>The conformance suite on etcd's APIv2. Missing promises (<see cref="KvPromises"/>) excuse tests.</summary>
/// <remarks>Each class has its own server: all changes of a server share one window of the last 1000, and the tests of one class
/// would push the changes of another class out of it.</remarks>
public static class EtcdV2Conformance
{
    public sealed class Puts(OwnEtcdV2 etcd) : PutConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Reads(OwnEtcdV2 etcd) : ReadConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Lists(OwnEtcdV2 etcd) : ListConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Waits(OwnEtcdV2 etcd) : WaitConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Changes(OwnEtcdV2 etcd) : ChangesConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Paging(OwnEtcdV2 etcd) : PagingConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    [Collection(AloneCollection.Name)]
    public sealed class Memory(OwnEtcdV2 etcd) : MemoryConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Trees(OwnEtcdV2 etcd) : TreeConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Batches(OwnEtcdV2 etcd) : BatchConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Directories(OwnEtcdV2 etcd) : DirectoryConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class TreeCopies(OwnEtcdV2 etcd) : TreeCopyConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Mirrors(OwnEtcdV2 etcd) : MirrorConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Atomics(OwnEtcdV2 etcd) : AtomicConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Updates(OwnEtcdV2 etcd) : UpdateConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Ttls(OwnEtcdV2 etcd) : TtlConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Watches(OwnEtcdV2 etcd) : WatchConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class WatchRaces(OwnEtcdV2 etcd) : WatchRaceConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class WatchHistory(OwnEtcdV2 etcd) : WatchHistoryConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Compaction(OwnEtcdV2 etcd) : CompactionConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Histories(OwnEtcdV2 etcd) : HistoryConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Locks(OwnEtcdV2 etcd) : LockConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class LockWaits(OwnEtcdV2 etcd) : LockWaitConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class LockLosses(OwnEtcdV2 etcd) : LockLossConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class LockKeys(OwnEtcdV2 etcd) : LockKeyConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Elections(OwnEtcdV2 etcd) : ElectionConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class LockStates(OwnEtcdV2 etcd) : LockStatusConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Namespaces(OwnEtcdV2 etcd) : NamespaceConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Leases(OwnEtcdV2 etcd) : LeaseConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Transactions(OwnEtcdV2 etcd) : TransactionConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Lifetimes(OwnEtcdV2 etcd) : LifetimeConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Endpoints(OwnEtcdV2 etcd) : EndpointConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Telemetry(OwnEtcdV2 etcd) : TelemetryConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Measurements(OwnEtcdV2 etcd) : MeasurementConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Promised(OwnEtcdV2 etcd) : PromiseConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Portable(OwnEtcdV2 etcd) : PortableConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;

    public sealed class Processes(OwnEtcdV2 etcd) : ProcessConformance(new EtcdV2Rig(etcd.Server)), IClassFixture<OwnEtcdV2>;
}
