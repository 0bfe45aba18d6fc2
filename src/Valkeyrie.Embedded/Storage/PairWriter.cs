using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>Writes pairs inside an SQLite transaction, which can contain several requests, each with a separate revision.</summary>
internal sealed class PairWriter(PairReader reader)
{
    private const string HistoryColumns =
        "position, written, key, create_revision, version, lease, value, old_position, old_create_revision, old_version, old_lease, old_value";

    private readonly Connection _connection = reader.Connection;
    private readonly Statement _look = reader.Connection.Prepared("SELECT position, create_revision, version, lease, value FROM pairs WHERE key = ?1");
    private readonly Statement _insert = reader.Connection.Prepared(
        "INSERT INTO pairs(key, position, create_revision, version, lease, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    private readonly Statement _update = reader.Connection.Prepared("UPDATE pairs SET position = ?2, version = ?4, lease = ?5, value = ?6 WHERE key = ?1");
    private readonly Statement _remove = reader.Connection.Prepared("DELETE FROM pairs WHERE key = ?1");
    private readonly Statement _log = reader.Connection.Prepared(
        $"INSERT INTO history({HistoryColumns}) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");

    private readonly Statement _lookDeleted = reader.Connection.Prepared("SELECT position FROM deleted WHERE key = ?1");
    private readonly Statement _forgetDeleted = reader.Connection.Prepared("DELETE FROM deleted WHERE key = ?1");
    private readonly Statement _rememberDeleted = reader.Connection.Prepared("INSERT INTO deleted(key, position) VALUES(?1, ?2)");

    private long _next;
    private long _end;
    private long _now;

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
    public PairVersion Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long leaseId)
    {
        var position = NextPosition();
        var exists = _look.Bind(1, key).Step();
        try
        {
            var old = exists ? PairVersion.Read(_look, 0) : new PairVersion(TakeDeleted(key), 0, 0, 0);
            var version = new PairVersion(position, old.Exists ? old.CreateRevision : Revision, old.Version + 1, leaseId);
            var isLarge = value.Length > Schema.InlineLimit;
            BindValue(BindVersion(_log.Bind(1, position).Bind(2, _now).Bind(3, key), 4, version), 7, value, isLarge);
            BindOld(old);
            _log.Run();
            _look.Reset();
            if (isLarge)
            {
                var keep = _connection.Prepared("INSERT INTO large_values(position, value) VALUES(?1, ?2)").Bind(1, position).Bind(2, value);
                keep.Run();

                // Otherwise the statement would keep its copy of the value until the next large one.
                keep.BindNull(2);
            }

            var write = old.Exists ? _update : _insert.Bind(3, version.CreateRevision);
            BindValue(write.Bind(1, key).Bind(2, position).Bind(4, version.Version).Bind(5, leaseId), 6, value, isLarge).Run();
            return version;
        }
        finally
        {
            _look.Reset();
        }
    }

    /// <summary>Removes one key; false if it did not exist.</summary>
    public bool Delete(ReadOnlySpan<byte> key)
    {
        if (!_look.Bind(1, key).Step())
        {
            return false;
        }

        try
        {
            var position = NextPosition();
            BindVersion(_log.Bind(1, position).Bind(2, _now).Bind(3, key), 4, default).BindNull(7);
            BindOld(PairVersion.Read(_look, 0));
            _log.Run();
            _look.Reset();
            _rememberDeleted.Bind(1, key).Bind(2, position).Run();
            _remove.Bind(1, key).Run();
            return true;
        }
        finally
        {
            _look.Reset();
        }
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
        _connection.Prepared("INSERT INTO deleted(key, position) SELECT key, position FROM history WHERE position >= ?1").Bind(1, first).Run();
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

    private long TakeDeleted(ReadOnlySpan<byte> key)
    {
        var position = _lookDeleted.Bind(1, key).Scalar(0);
        if (position != 0)
        {
            _forgetDeleted.Bind(1, key).Run();
        }

        return position;
    }

    private void BindOld(PairVersion old)
    {
        BindVersion(_log.Bind(8, old.Position), 9, old);
        if (!old.Exists || (_look.Blob(4).Length == 0 && _look.IsNull(4)))
        {
            _log.BindNull(12);
            return;
        }

        _log.Bind(12, _look.Blob(4));
    }

    private static Statement BindVersion(Statement statement, int index, PairVersion version) =>
        statement.Bind(index, version.CreateRevision).Bind(index + 1, version.Version).Bind(index + 2, version.LeaseId);

    private static Statement BindValue(Statement statement, int index, ReadOnlySpan<byte> value, bool isLarge) =>
        isLarge ? statement.BindNull(index) : statement.Bind(index, value);
}
