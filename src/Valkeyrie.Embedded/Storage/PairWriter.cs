using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>Writes pairs inside an SQLite transaction, which can contain several requests, each with a separate revision.</summary>
internal sealed class PairWriter(PairReader reader)
{
    /// <summary>The columns of the table of changes.</summary>
    public const string HistoryColumns =
        "position, written, key, create_revision, version, lease, value, old_position, old_create_revision, old_version, old_lease, old_value";

    private readonly Connection _connection = reader.Connection;
    private readonly Statement _look = reader.Connection.Prepared("SELECT position, create_revision, version, lease, value FROM pairs WHERE key = ?1");
    private readonly Statement _insert = reader.Connection.Prepared(
        "INSERT INTO pairs(key, position, create_revision, version, lease, value) VALUES(?1, ?2, ?3, 1, ?4, ?5) ON CONFLICT(key) DO NOTHING");
    private readonly Statement _update = reader.Connection.Prepared("UPDATE pairs SET position = ?2, version = ?3, value = ?4 WHERE key = ?1");

    // A separate statement, because it must also look after the index of leases.
    private readonly Statement _updateLease = reader.Connection.Prepared("UPDATE pairs SET position = ?2, version = ?3, value = ?4, lease = ?5 WHERE key = ?1");
    private readonly Statement _remove = reader.Connection.Prepared("DELETE FROM pairs WHERE key = ?1");
    private readonly Statement _log = reader.Connection.Prepared(
        $"INSERT INTO history({HistoryColumns}) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");

    private readonly DeletedKeys _deleted = new(reader.Connection);
    private readonly PinnedBytes _key = new();
    private readonly PinnedBytes _value = new();
    private NewKeys? _newKeys;

    private long _next;
    private long _end;
    private long _now;

    // New keys often follow each other, and so do existing ones: an import writes only new ones. A new key costs a search less if it is inserted at once.
    private bool _expectsNewKey;

    public PairReader Reader => reader;

    /// <summary>The newest revision, including that of the open request after its first change.</summary>
    public long Revision { get; private set; }

    /// <summary>True if the open request has written anything, even if only a lease.</summary>
    public bool IsRequestDirty { get; private set; }

    /// <summary>True if the transaction has granted, renewed or ended a lease.</summary>
    public bool HasChangedLeases { get; private set; }

    /// <summary>The time at which the transaction began, in milliseconds since 1970, UTC.</summary>
    public long Now => _now;

    /// <summary>Prepares the writer. Call it when the transaction has begun.</summary>
    public void Begin(long newestRevision, long now)
    {
        Revision = newestRevision;
        _now = now;
        _deleted.Begin();
        HasChangedLeases = false;
    }

    /// <summary>Begins a request. Call it before each one.</summary>
    public void BeginRequest()
    {
        _next = Position.FirstOf(Revision + 1);
        _end = Position.FirstOf(Revision + 2);
        IsRequestDirty = false;
    }

    /// <summary>Writes one key. Its lease must exist: see <see cref="Leases.Require"/>.</summary>
    public PairVersion Put(string key, ReadOnlySpan<byte> value, long leaseId)
    {
        _key.Set(key, reader.Keys);
        var position = NextPosition();
        var isLarge = value.Length > Schema.InlineLimit;
        if (isLarge)
        {
            PutLarge(position, value);
        }
        else
        {
            _value.Set(value);
        }

        return _expectsNewKey
            ? TryInsert(position, leaseId, isLarge) ?? Update(position, leaseId, isLarge) ?? throw Vanished()
            : Update(position, leaseId, isLarge) ?? TryInsert(position, leaseId, isLarge) ?? throw Vanished();
    }

    /// <summary>Writes the first operations of a transaction if all are puts of small values to new keys. Their leases must exist.</summary>
    /// <param name="operations">The operations.</param>
    /// <param name="results">Receives their results.</param>
    /// <returns>The number of operations that were made.</returns>
    public int PutNew(IReadOnlyList<KvOperation> operations, KvOperationResult[] results)
    {
        if (!_expectsNewKey || operations.Count < NewKeys.AtOnce || !AreNew(operations))
        {
            return 0;
        }

        Span<long> leases = stackalloc long[NewKeys.AtOnce];
        var done = 0;
        for (; operations.Count - done >= NewKeys.AtOnce; done += NewKeys.AtOnce)
        {
            var position = NextPosition(NewKeys.AtOnce);
            for (var i = 0; i < NewKeys.AtOnce; i++)
            {
                var put = (KvOperation.Put)operations[done + i];
                var value = put.Value.ToArray();
                leases[i] = put.LeaseId ?? 0;
                _newKeys!.Set(i, put.Key, value);
                results[done + i] = new([new PairVersion(position + i, Revision, 1, leases[i]).ToPair(put.Key, value)], 1);
            }

            _newKeys!.Write(position, _now, leases);
        }

        return done;
    }

    /// <summary>Removes one key; false if it did not exist.</summary>
    public bool Delete(string key)
    {
        _key.Set(key, reader.Keys);
        if (!_look.Bind(1, _key).Step())
        {
            return false;
        }

        try
        {
            var position = NextPosition();
            BindVersion(_log.Bind(1, position).Bind(2, _now).Bind(3, _key), 4, default).BindNull(7);
            BindOld(PairVersion.Read(_look, 0));
            _log.Run();
        }
        finally
        {
            _look.Reset();
        }

        _deleted.Add(_key, _next - 1);
        _remove.Bind(1, _key).Run();
        return true;
    }

    /// <summary>Removes every key of an interval, and returns their number.</summary>
    public long Delete(KeyInterval interval) => interval.End is null
        ? DeleteWhere("key >= ?1", s => s.Bind(1, interval.Start))
        : DeleteWhere("key >= ?1 AND key < ?2", s => s.Bind(1, interval.Start).Bind(2, interval.End));

    /// <summary>Removes the keys of a lease.</summary>
    public void DeleteKeysOf(long leaseId) => _ = DeleteWhere("lease = ?1 AND lease <> 0", s => s.Bind(1, leaseId));

    /// <summary>Records a change of leases. Call it after every write to them.</summary>
    public void NoteLeaseChange() => IsRequestDirty = HasChangedLeases = true;

    // Three statements inside SQLite, so that a million keys need no memory of this process.
    private long DeleteWhere(string condition, Action<Statement> bind)
    {
        var count = Bound($"SELECT count(*) FROM pairs WHERE {condition}", bind).Scalar(0);
        if (count == 0)
        {
            return 0;
        }

        var first = NextPosition(count);
        Bound(
            $"""
            INSERT INTO history({HistoryColumns})
            SELECT ?3 + row_number() OVER (ORDER BY key) - 1, ?4, key, 0, 0, 0, NULL, position, create_revision, version, lease, value
            FROM pairs WHERE {condition}
            """,
            bind).Bind(3, first).Bind(4, _now).Run();
        _deleted.AddFrom(first);
        Bound($"DELETE FROM pairs WHERE {condition}", bind).Run();
        return count;
    }

    private Statement Bound(string sql, Action<Statement> bind)
    {
        var statement = _connection.Prepared(sql);
        bind(statement);
        return statement;
    }

    private long NextPosition(long count = 1)
    {
        if (_next + count > _end)
        {
            throw new KvInvalidArgumentException($"One transaction can change at most {Position.MaxChanges} keys. Split it.");
        }

        var position = _next;
        _next += count;
        IsRequestDirty = true;

        // From the request's first change on, its revision is the newest.
        Revision = Position.RevisionOf(position);
        return position;
    }

    // Null if the key does not exist.
    private PairVersion? Update(long position, long leaseId, bool isLarge)
    {
        if (!_look.Bind(1, _key).Step())
        {
            _expectsNewKey = true;
            return null;
        }

        PairVersion old, version;
        try
        {
            old = PairVersion.Read(_look, 0);
            version = old with { Position = position, Version = old.Version + 1, LeaseId = leaseId };
            BindNew(version, isLarge);
            BindOld(old);
            _log.Run();
        }
        finally
        {
            _look.Reset();
        }

        var update = old.LeaseId == leaseId ? _update : _updateLease.Bind(5, leaseId);
        BindValue(update.Bind(1, _key).Bind(2, position).Bind(3, version.Version), 4, isLarge).Run();
        return version;
    }

    // Null if the key exists.
    private PairVersion? TryInsert(long position, long leaseId, bool isLarge)
    {
        BindValue(_insert.Bind(1, _key).Bind(2, position).Bind(3, Revision).Bind(4, leaseId), 5, isLarge).Run();
        if (!_connection.HasChangedRows)
        {
            _expectsNewKey = false;
            return null;
        }

        var version = new PairVersion(position, Revision, 1, leaseId);
        BindNew(version, isLarge);
        BindVersion(_log.Bind(8, _deleted.Take(_key)), 9, default).BindNull(12).Run();
        return version;
    }

    private void PutLarge(long position, ReadOnlySpan<byte> value)
    {
        var keep = _connection.Prepared("INSERT INTO large_values(position, value) VALUES(?1, ?2)").Bind(1, position).Bind(2, value);
        keep.Run();

        // Otherwise the statement would keep its copy of the value until the next large one.
        keep.BindNull(2);
    }

    // In an import, the keys of a transaction are neighbors, so one search between the first and the last is sufficient.
    private bool AreNew(IReadOnlyList<KvOperation> operations)
    {
        string? first = null, last = null;
        foreach (var operation in operations)
        {
            if (operation is not KvOperation.Put put || put.Value.Length > Schema.InlineLimit)
            {
                return false;
            }

            first = first is null || KeyOrder.Compare(put.Key, first) < 0 ? put.Key : first;
            last = last is null || KeyOrder.Compare(put.Key, last) > 0 ? put.Key : last;
        }

        return !_deleted.HasAny() && (_newKeys ??= new NewKeys(reader)).AreNoneBetween(first!, last!);
    }

    private void BindNew(PairVersion version, bool isLarge) =>
        BindValue(BindVersion(_log.Bind(1, version.Position).Bind(2, _now).Bind(3, _key), 4, version), 7, isLarge);

    private void BindOld(PairVersion old)
    {
        BindVersion(_log.Bind(8, old.Position), 9, old);
        if (_look.IsNull(4))
        {
            _log.BindNull(12);
            return;
        }

        _log.Bind(12, _look, 4);
    }

    private static Statement BindVersion(Statement statement, int index, PairVersion version) =>
        statement.Bind(index, version.CreateRevision).Bind(index + 1, version.Version).Bind(index + 2, version.LeaseId);

    private Statement BindValue(Statement statement, int index, bool isLarge) => isLarge ? statement.BindNull(index) : statement.Bind(index, _value);

    private KvException Vanished() => new(KvErrorCode.CorruptStore, $"'{_connection.File}' is damaged: a key in it both exists and does not exist. Restore it from a snapshot.")
    {
        Endpoint = _connection.File,
    };
}
