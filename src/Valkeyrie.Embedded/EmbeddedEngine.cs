using System.Security.Cryptography;
using SQLitePCL;
using Valkeyrie.Embedded.Databases;
using Valkeyrie.Embedded.Storage;
using Valkeyrie.Embedded.Watching;

namespace Valkeyrie.Embedded;

/// <summary>An SQLite database as the narrow engine below the contract. It opens the database at its first use.</summary>
/// <param name="address">The database.</param>
/// <param name="options">Namespace and timeout.</param>
/// <param name="memory">The memory to use; null for a new one.</param>
/// <param name="wallClock">Returns the time in milliseconds since 1970, UTC; null for the system's clock.</param>
internal sealed class EmbeddedEngine(EmbeddedAddress address, KvStoreOptions options, SharedMemory? memory = null, Func<long>? wallClock = null) : IRevisionedEngine
{
    // A page up to this size is read on the caller's thread; a larger one on another thread, while the caller uses the previous page.
    private const long SmallPage = 1024;

    // A read continues after the last page at no cost, so pages need not be large, and small ones keep both threads busy.
    private const long LargestPage = 4096;

    // The same as etcd's with its default settings: the owner of a lease needs time to renew it, even on a busy machine.
    private const int ShortestLeaseSeconds = 2;

    /// <summary>The promises of the store, in a file and in memory.</summary>
    public static KvPromises Promises { get; } = new()
    {
        EveryChange = true,
        ListingAtOneRevision = true,
        DescendingListings = true,
        TreesRemovedAtOnce = true,
        History = true,
        Transactions = true,
        RangeConditions = true,
        LargestTransaction = (int)Position.MaxChanges,
        Leases = true,
        Elections = true,
        Versions = true,
        LocksInOrder = true,
        BinaryValues = true,
        KeysAsWritten = true,
        KeysOfAnyText = true,
        KeysOfAnyBytes = true,
        ValuesOnDirectories = true,
        RealDirectories = false,
        ShortestTtlSeconds = ShortestLeaseSeconds,

        // SQLite's SQLITE_MAX_LENGTH, which limits a whole row.
        LargestValue = 1_000_000_000,
    };

    private readonly KeyCodec _keys = new(options.Namespace);
    private readonly object _gate = new();
    private volatile Parts? _parts;
    private bool _closed;

    public KvStoreInfo Info { get; } = address.ToInfo(options);

    public TimeSpan Timeout => options.Timeout;

    /// <summary>The version of SQLite.</summary>
    public static string Version => "SQLite " + raw.sqlite3_libversion().utf8_to_string();

    public TCapability? CapabilityOf<TCapability>() where TCapability : class => new EmbeddedMaintenance(this, () => Database) as TCapability;

    public ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var revision = Database.Read(0, static (reader, _) => reader.NewestRevision());
        return new(new KvServerStatus(Info.Endpoints[0], Version, revision));
    }

    public ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, long? leaseId, CancellationToken cancellationToken) => new(Database.WriteAsync(
        (Key: key, Value: value.ToArray(), LeaseId: leaseId ?? 0),
        static (writer, put) =>
        {
            Leases.Require(writer, put.LeaseId);
            return writer.Put(put.Key, put.Value, put.LeaseId).ToPair(put.Key, put.Value);
        },
        cancellationToken));

    public ValueTask<KvPair?> GetAsync(string key, KvReadOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var database = Database;
        return database.Now >= database.NextDeadline ? GetAfterLeasesAsync(database, key, options, cancellationToken) : new(Get(database, key, options));
    }

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) =>
        new(Database.WriteAsync(key, static (writer, key) => writer.Delete(key), cancellationToken));

    public async ValueTask<KvPage> RangeAsync(KvRangeQuery query, CancellationToken cancellationToken)
    {
        var database = await DatabaseAfterLeasesAsync(cancellationToken).ConfigureAwait(false);
        query = query.Limit > LargestPage ? query with { Limit = LargestPage } : query;
        return query.Limit <= SmallPage || query.Range.Kind == KvRangeKind.Key
            ? Range(database, query)
            : await Task.Run(() => Range(database, query), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<KvTransactionResult> CommitAsync(KvTransaction transaction, CancellationToken cancellationToken) =>
        new(Database.WriteAsync(transaction, TransactionRun.Run, cancellationToken));

    public IAsyncEnumerable<IReadOnlyList<KvEvent>> WatchAsync(KvWatchQuery query, CancellationToken cancellationToken) =>
        Open().Hub.WatchAsync(query.Range, Interval.Of(_keys, query.Range), query.FromRevision, query.PreviousValue, cancellationToken);

    public ValueTask<KvLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken) => new(Database.WriteAsync(
        Math.Max(OptionRules.TtlSeconds(ttl), ShortestLeaseSeconds),
        static (writer, seconds) =>
        {
            long id;
            do
            {
                id = NewLeaseId();
            }
            while (!Leases.TryGrant(writer, id, seconds));
            return new KvLease(id, TimeSpan.FromSeconds(seconds));
        },
        cancellationToken));

    public ValueTask<KvLease> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken) => new(Database.WriteAsync(
        leaseId, static (writer, id) => new KvLease(id, TimeSpan.FromSeconds(Leases.Renew(writer, id))), cancellationToken));

    public ValueTask RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken) => new(Database.WriteAsync(
        leaseId,
        static (writer, id) =>
        {
            Leases.Revoke(writer, id);
            return true;
        },
        cancellationToken));

    public async ValueTask<KvLease> GetLeaseAsync(long leaseId, CancellationToken cancellationToken)
    {
        var database = await DatabaseAfterLeasesAsync(cancellationToken).ConfigureAwait(false);
        return database.Read((leaseId, database.Now), static (reader, lease) => reader.InOneState(lease, static (r, l) => LeaseReader.Get(r, l.leaseId, l.Now)));
    }

    public async ValueTask<IReadOnlyList<long>> ListLeaseIdsAsync(CancellationToken cancellationToken)
    {
        var database = await DatabaseAfterLeasesAsync(cancellationToken).ConfigureAwait(false);
        return database.Read(database.Now, LeaseReader.Ids);
    }

    public async IAsyncEnumerable<KvEvent> HistoryAsync(
        string key, bool sinceCreation, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var database = await DatabaseAfterLeasesAsync(cancellationToken).ConfigureAwait(false);
        var last = 0L;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            (var changes, last) = database.Read((key, last), static (reader, from) => reader.InOneState(from, static (r, f) => KeyHistory.Read(r, f.key, f.last)));
            foreach (var change in changes)
            {
                if (sinceCreation && change.Type == KvEventType.Delete)
                {
                    yield break;
                }

                yield return change;
            }
        }
        while (last != 0);
    }

    public ValueTask<KvSnapshot> SaveSnapshotAsync(Stream destination, KvSnapshotOptions options, CancellationToken cancellationToken)
    {
        var database = Database;
        return new(Task.Run(() => SnapshotCopy.SaveAsync(database, destination, options.Progress, cancellationToken), cancellationToken));
    }

    /// <summary>Compacts the history before a revision.</summary>
    public async ValueTask CompactAsync(long revision, CancellationToken cancellationToken)
    {
        while (await Database.WriteAsync(revision, Compaction.Step, cancellationToken).ConfigureAwait(false))
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        Parts? parts;
        lock (_gate)
        {
            _closed = true;
            parts = _parts;
            _parts = null;
        }

        if (parts is null)
        {
            return;
        }

        parts.Hub.Close();
        await parts.Upkeep.DisposeAsync().ConfigureAwait(false);
        parts.Database.Dispose();
    }

    private Database Database => (_parts ?? Open()).Database;

    private static long NewLeaseId()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(bytes);
        return Math.Max(1, BitConverter.ToInt64(bytes) & long.MaxValue);
    }

    private static KvPair? Get(Database database, string key, KvReadOptions options) => options.Revision is not { } revision
        ? database.Read(key, static (reader, key) => reader.Get(key))
        : database.Read((key, revision), static (reader, state) => reader.InOneState(state, static (r, s) => r.GetAt(s.key, s.revision)));

    private static KvPage Range(Database database, KvRangeQuery query) =>
        database.Read(query, static (reader, query) => reader.InOneState(query, static (r, q) => r.Range(q, exactCount: false)));

    private static async ValueTask<KvPair?> GetAfterLeasesAsync(Database database, string key, KvReadOptions options, CancellationToken cancellationToken)
    {
        await Upkeep.EndExpiredLeasesAsync(database).WaitAsync(cancellationToken).ConfigureAwait(false);
        return Get(database, key, options);
    }

    private async ValueTask<Database> DatabaseAfterLeasesAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var database = Database;
        if (database.Now >= database.NextDeadline)
        {
            await Upkeep.EndExpiredLeasesAsync(database).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return database;
    }

    private Parts Open()
    {
        lock (_gate)
        {
            if (_closed)
            {
                throw Closed();
            }

            if (_parts is { } open)
            {
                return open;
            }

            Database database = address.IsMemory
                ? new MemoryDatabase(memory ?? new SharedMemory(Info.Address), _keys, address.Options.Bounds, Timeout, Closed)
                : FileDatabase.Open(address.File, _keys, address.Options.Bounds, Timeout, Closed, wallClock);
            database.LookForDeadline();
            return _parts = new Parts(database, new ChangeHub(database, Closed), new Upkeep(database, address.Options.Bounds));
        }
    }

    private KvStoreClosedException Closed() => new(Info.Address);

    private sealed record Parts(Database Database, ChangeHub Hub, Upkeep Upkeep);
}
