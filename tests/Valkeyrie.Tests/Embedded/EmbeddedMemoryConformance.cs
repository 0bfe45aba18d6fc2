using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.Embedded;

/// <summary>The whole conformance suite on the embedded store in memory.</summary>
public static class EmbeddedMemoryConformance
{
    public sealed class Puts(SharedDatabases databases) : PutConformance(databases.Memory);

    public sealed class Reads(SharedDatabases databases) : ReadConformance(databases.Memory);

    public sealed class Lists(SharedDatabases databases) : ListConformance(databases.Memory);

    public sealed class Waits(SharedDatabases databases) : WaitConformance(databases.Memory);

    public sealed class Changes(SharedDatabases databases) : ChangesConformance(databases.Memory);

    public sealed class Paging(SharedDatabases databases) : PagingConformance(databases.Memory);

    [Collection(AloneCollection.Name)]
    public sealed class Memory(OwnDatabases databases) : MemoryConformance(databases.Memory), IClassFixture<OwnDatabases>;

    public sealed class Trees(SharedDatabases databases) : TreeConformance(databases.Memory);

    public sealed class Directories(SharedDatabases databases) : DirectoryConformance(databases.Memory);

    public sealed class TreeCopies(SharedDatabases databases) : TreeCopyConformance(databases.Memory);

    public sealed class Mirrors(SharedDatabases databases) : MirrorConformance(databases.Memory);

    public sealed class Batches(SharedDatabases databases) : BatchConformance(databases.Memory);

    public sealed class Atomics(SharedDatabases databases) : AtomicConformance(databases.Memory);

    public sealed class Updates(SharedDatabases databases) : UpdateConformance(databases.Memory);

    public sealed class Ttls(SharedDatabases databases) : TtlConformance(databases.Memory);

    public sealed class Watches(SharedDatabases databases) : WatchConformance(databases.Memory);

    public sealed class WatchRaces(SharedDatabases databases) : WatchRaceConformance(databases.Memory);

    public sealed class WatchHistory(SharedDatabases databases) : WatchHistoryConformance(databases.Memory);

    public sealed class Compaction(OwnDatabases databases) : CompactionConformance(databases.Memory), IClassFixture<OwnDatabases>;

    public sealed class Locks(SharedDatabases databases) : LockConformance(databases.Memory);

    public sealed class LockWaits(SharedDatabases databases) : LockWaitConformance(databases.Memory);

    public sealed class LockLosses(SharedDatabases databases) : LockLossConformance(databases.Memory);

    public sealed class LockKeys(SharedDatabases databases) : LockKeyConformance(databases.Memory);

    public sealed class Elections(SharedDatabases databases) : ElectionConformance(databases.Memory);

    public sealed class LockStates(SharedDatabases databases) : LockStatusConformance(databases.Memory);

    public sealed class Namespaces(SharedDatabases databases) : NamespaceConformance(databases.Memory);

    public sealed class Leases(SharedDatabases databases) : LeaseConformance(databases.Memory);

    public sealed class Transactions(SharedDatabases databases) : TransactionConformance(databases.Memory);

    public sealed class Histories(SharedDatabases databases) : HistoryConformance(databases.Memory);

    public sealed class Lifetimes(SharedDatabases databases) : LifetimeConformance(databases.Memory);

    public sealed class Endpoints(SharedDatabases databases) : EndpointConformance(databases.Memory);

    public sealed class Telemetry(SharedDatabases databases) : TelemetryConformance(databases.Memory);

    public sealed class Measurements(SharedDatabases databases) : MeasurementConformance(databases.Memory);

    public sealed class Promised(SharedDatabases databases) : PromiseConformance(databases.Memory);

    public sealed class Portable(SharedDatabases databases) : PortableConformance(databases.Memory);

    public sealed class Processes(SharedDatabases databases) : ProcessConformance(databases.Memory);
}
