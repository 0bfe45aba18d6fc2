using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.Consul;

/// <summary>The conformance suite on Consul. Missing promises (<see cref="KvPromises"/>) excuse tests.</summary>
public static class ConsulConformance
{
    public sealed class Puts(SharedConsul consul) : PutConformance(new ConsulRig(consul.Agent));

    public sealed class Reads(SharedConsul consul) : ReadConformance(new ConsulRig(consul.Agent));

    public sealed class Lists(SharedConsul consul) : ListConformance(new ConsulRig(consul.Agent));

    public sealed class Waits(SharedConsul consul) : WaitConformance(new ConsulRig(consul.Agent));

    public sealed class Changes(SharedConsul consul) : ChangesConformance(new ConsulRig(consul.Agent));

    public sealed class Paging(SharedConsul consul) : PagingConformance(new ConsulRig(consul.Agent));

    [Collection(AloneCollection.Name)]
    public sealed class Memory(OwnConsul consul) : MemoryConformance(new ConsulRig(consul.Agent)), IClassFixture<OwnConsul>;

    public sealed class Trees(SharedConsul consul) : TreeConformance(new ConsulRig(consul.Agent));

    public sealed class Directories(SharedConsul consul) : DirectoryConformance(new ConsulRig(consul.Agent));

    public sealed class TreeCopies(SharedConsul consul) : TreeCopyConformance(new ConsulRig(consul.Agent));

    public sealed class Mirrors(SharedConsul consul) : MirrorConformance(new ConsulRig(consul.Agent));

    public sealed class Batches(SharedConsul consul) : BatchConformance(new ConsulRig(consul.Agent));

    public sealed class Atomics(SharedConsul consul) : AtomicConformance(new ConsulRig(consul.Agent));

    public sealed class Updates(SharedConsul consul) : UpdateConformance(new ConsulRig(consul.Agent));

    public sealed class Ttls(SharedConsul consul) : TtlConformance(new ConsulRig(consul.Agent));

    public sealed class Watches(SharedConsul consul) : WatchConformance(new ConsulRig(consul.Agent));

    public sealed class WatchRaces(SharedConsul consul) : WatchRaceConformance(new ConsulRig(consul.Agent));

    public sealed class WatchHistory(SharedConsul consul) : WatchHistoryConformance(new ConsulRig(consul.Agent));

    public sealed class Compaction(SharedConsul consul) : CompactionConformance(new ConsulRig(consul.Agent));

    public sealed class Histories(SharedConsul consul) : HistoryConformance(new ConsulRig(consul.Agent));

    public sealed class Locks(SharedConsul consul) : LockConformance(new ConsulRig(consul.Agent));

    public sealed class LockWaits(SharedConsul consul) : LockWaitConformance(new ConsulRig(consul.Agent));

    public sealed class LockLosses(SharedConsul consul) : LockLossConformance(new ConsulRig(consul.Agent));

    public sealed class LockKeys(SharedConsul consul) : LockKeyConformance(new ConsulRig(consul.Agent));

    public sealed class Namespaces(SharedConsul consul) : NamespaceConformance(new ConsulRig(consul.Agent));

    public sealed class Leases(SharedConsul consul) : LeaseConformance(new ConsulRig(consul.Agent));

    public sealed class Transactions(SharedConsul consul) : TransactionConformance(new ConsulRig(consul.Agent));

    public sealed class Lifetimes(SharedConsul consul) : LifetimeConformance(new ConsulRig(consul.Agent));

    public sealed class Elections(SharedConsul consul) : ElectionConformance(new ConsulRig(consul.Agent));

    public sealed class LockStates(SharedConsul consul) : LockStatusConformance(new ConsulRig(consul.Agent));

    public sealed class Endpoints(SharedConsul consul) : EndpointConformance(new ConsulRig(consul.Agent));

    public sealed class Telemetry(SharedConsul consul) : TelemetryConformance(new ConsulRig(consul.Agent));

    public sealed class Measurements(SharedConsul consul) : MeasurementConformance(new ConsulRig(consul.Agent));

    public sealed class Promised(SharedConsul consul) : PromiseConformance(new ConsulRig(consul.Agent));

    public sealed class Portable(SharedConsul consul) : PortableConformance(new ConsulRig(consul.Agent));

    public sealed class Processes(SharedConsul consul) : ProcessConformance(new ConsulRig(consul.Agent));
}
