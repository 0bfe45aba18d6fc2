using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.Embedded;

/// <summary>The whole conformance suite on the embedded store in a file.</summary>
public static class EmbeddedFileConformance
{
    public sealed class Puts(SharedDatabases databases) : PutConformance(databases.File);

    public sealed class Reads(SharedDatabases databases) : ReadConformance(databases.File);

    public sealed class Lists(SharedDatabases databases) : ListConformance(databases.File);

    public sealed class Waits(SharedDatabases databases) : WaitConformance(databases.File);

    public sealed class Changes(SharedDatabases databases) : ChangesConformance(databases.File);

    public sealed class Paging(SharedDatabases databases) : PagingConformance(databases.File);

    [Collection(AloneCollection.Name)]
    public sealed class Memory(OwnDatabases databases) : MemoryConformance(databases.File), IClassFixture<OwnDatabases>;

    public sealed class Trees(SharedDatabases databases) : TreeConformance(databases.File);

    public sealed class Directories(SharedDatabases databases) : DirectoryConformance(databases.File);

    public sealed class TreeCopies(SharedDatabases databases) : TreeCopyConformance(databases.File);

    public sealed class Mirrors(SharedDatabases databases) : MirrorConformance(databases.File);

    public sealed class Batches(SharedDatabases databases) : BatchConformance(databases.File);

    public sealed class Atomics(SharedDatabases databases) : AtomicConformance(databases.File);

    public sealed class Updates(SharedDatabases databases) : UpdateConformance(databases.File);

    public sealed class Ttls(SharedDatabases databases) : TtlConformance(databases.File);

    public sealed class Watches(SharedDatabases databases) : WatchConformance(databases.File);

    public sealed class WatchRaces(SharedDatabases databases) : WatchRaceConformance(databases.File);

    public sealed class WatchHistory(SharedDatabases databases) : WatchHistoryConformance(databases.File);

    public sealed class Compaction(OwnDatabases databases) : CompactionConformance(databases.File), IClassFixture<OwnDatabases>;

    public sealed class Locks(SharedDatabases databases) : LockConformance(databases.File);

    public sealed class LockWaits(SharedDatabases databases) : LockWaitConformance(databases.File);

    public sealed class LockLosses(SharedDatabases databases) : LockLossConformance(databases.File);

    public sealed class LockKeys(SharedDatabases databases) : LockKeyConformance(databases.File);

    public sealed class Elections(SharedDatabases databases) : ElectionConformance(databases.File);

    public sealed class LockStates(SharedDatabases databases) : LockStatusConformance(databases.File);

    public sealed class Namespaces(SharedDatabases databases) : NamespaceConformance(databases.File);

    public sealed class Leases(SharedDatabases databases) : LeaseConformance(databases.File);

    public sealed class Transactions(SharedDatabases databases) : TransactionConformance(databases.File);

    public sealed class Histories(SharedDatabases databases) : HistoryConformance(databases.File);

    public sealed class Lifetimes(SharedDatabases databases) : LifetimeConformance(databases.File);

    public sealed class Endpoints(SharedDatabases databases) : EndpointConformance(databases.File);

    public sealed class Telemetry(SharedDatabases databases) : TelemetryConformance(databases.File);

    public sealed class Measurements(SharedDatabases databases) : MeasurementConformance(databases.File);

    public sealed class Promised(SharedDatabases databases) : PromiseConformance(databases.File);

    public sealed class Portable(SharedDatabases databases) : PortableConformance(databases.File);

    public sealed class Processes(SharedDatabases databases) : ProcessConformance(databases.File);
}
