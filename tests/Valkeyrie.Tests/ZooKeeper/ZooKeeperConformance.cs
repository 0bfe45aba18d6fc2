using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>The conformance suite on ZooKeeper. Missing promises (<see cref="KvPromises"/>) excuse tests.</summary>
public static class ZooKeeperConformance
{
    public sealed class Puts(SharedZooKeeper zooKeeper) : PutConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Reads(SharedZooKeeper zooKeeper) : ReadConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Batches(SharedZooKeeper zooKeeper) : BatchConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Lists(SharedZooKeeper zooKeeper) : ListConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Waits(SharedZooKeeper zooKeeper) : WaitConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Changes(SharedZooKeeper zooKeeper) : ChangesConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Paging(SharedZooKeeper zooKeeper) : PagingConformance(new ZooKeeperRig(zooKeeper.Server));

    [Collection(AloneCollection.Name)]
    public sealed class Memory(SharedZooKeeper zooKeeper) : MemoryConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Trees(SharedZooKeeper zooKeeper) : TreeConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Directories(SharedZooKeeper zooKeeper) : DirectoryConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class TreeCopies(SharedZooKeeper zooKeeper) : TreeCopyConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Mirrors(SharedZooKeeper zooKeeper) : MirrorConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Atomics(SharedZooKeeper zooKeeper) : AtomicConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Updates(SharedZooKeeper zooKeeper) : UpdateConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Ttls(SharedZooKeeper zooKeeper) : TtlConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Watches(SharedZooKeeper zooKeeper) : WatchConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class WatchRaces(SharedZooKeeper zooKeeper) : WatchRaceConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class WatchHistory(SharedZooKeeper zooKeeper) : WatchHistoryConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Compaction(SharedZooKeeper zooKeeper) : CompactionConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Histories(SharedZooKeeper zooKeeper) : HistoryConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Locks(SharedZooKeeper zooKeeper) : LockConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class LockWaits(SharedZooKeeper zooKeeper) : LockWaitConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class LockLosses(SharedZooKeeper zooKeeper) : LockLossConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class LockKeys(SharedZooKeeper zooKeeper) : LockKeyConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Elections(SharedZooKeeper zooKeeper) : ElectionConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class LockStates(SharedZooKeeper zooKeeper) : LockStatusConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Namespaces(SharedZooKeeper zooKeeper) : NamespaceConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Leases(SharedZooKeeper zooKeeper) : LeaseConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Transactions(SharedZooKeeper zooKeeper) : TransactionConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Lifetimes(SharedZooKeeper zooKeeper) : LifetimeConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Endpoints(SharedZooKeeper zooKeeper) : EndpointConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Telemetry(SharedZooKeeper zooKeeper) : TelemetryConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Measurements(SharedZooKeeper zooKeeper) : MeasurementConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Promised(SharedZooKeeper zooKeeper) : PromiseConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Portable(SharedZooKeeper zooKeeper) : PortableConformance(new ZooKeeperRig(zooKeeper.Server));

    public sealed class Processes(SharedZooKeeper zooKeeper) : ProcessConformance(new ZooKeeperRig(zooKeeper.Server));
}
