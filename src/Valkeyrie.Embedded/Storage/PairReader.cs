using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>Reads pairs over one connection, at the newest revision and, through the history, at older ones.</summary>
internal sealed class PairReader(Connection connection, KeyCodec keys)
{
    private const int StackBytes = 512;

    private readonly Statement _get = connection.Prepared("SELECT position, create_revision, version, lease, value FROM pairs WHERE key = ?1");
    private readonly Statement _begin = connection.Prepared("BEGIN");
    private readonly Statement _commit = connection.Prepared("COMMIT");
    private readonly Statement _newest = connection.Prepared("SELECT max(position) FROM history");
    private readonly Statement _oldest = connection.Prepared("SELECT min(position) FROM history");

    public Connection Connection => connection;

    public KeyCodec Keys => keys;

    /// <summary>Runs several statements on one state of the store.</summary>
    public T InOneState<TState, T>(TState state, Func<PairReader, TState, T> read)
    {
        _begin.Run();
        try
        {
            var result = read(this, state);
            _commit.Run();
            return result;
        }
        finally
        {
            connection.RollBack();
        }
    }

    /// <summary>Returns the position of the newest change.</summary>
    public long NewestPosition() => _newest.Scalar(Position.LastOf(Position.FirstRevision));

    public long NewestRevision() => Position.RevisionOf(NewestPosition());

    /// <summary>Returns the oldest revision whose changes are all kept.</summary>
    public long OldestRevision()
    {
        var first = _oldest.Scalar(0);
        var revision = Position.RevisionOf(first);
        return revision <= Position.FirstRevision + 1 ? Position.FirstRevision : Position.IsFirst(first) ? revision : revision + 1;
    }

    /// <summary>Checks whether the deadline of a lease is further ahead than its time to live.</summary>
    public bool HasOverlongLeases(long now) =>
        connection.Prepared($"SELECT EXISTS(SELECT 1 FROM leases WHERE deadline > {Leases.FullTime})").Bind(1, now).Scalar(0) != 0;

    /// <summary>Reads the newest version of one key; null if it does not exist.</summary>
    public KvPair? Get(string key)
    {
        var room = keys.MaxByteCount(key);
        var buffer = room <= StackBytes ? stackalloc byte[StackBytes] : new byte[room];
        if (!_get.Bind(1, buffer[..keys.Encode(key, buffer)]).Step())
        {
            return null;
        }

        try
        {
            var version = PairVersion.Read(_get, 0);
            return version.ToPair(key, Value(_get, 4, version.Position));
        }
        finally
        {
            _get.Reset();
        }
    }

    /// <summary>Reads one key at a revision. Call it in one state.</summary>
    public KvPair? GetAt(string key, long revision)
    {
        var newest = NewestRevision();
        return CheckRevision(revision, newest, key) < newest ? OlderPairs.Get(this, key, revision) : Get(key);
    }

    /// <summary>Reads one page of a range. Call it in one state.</summary>
    /// <param name="query">The query.</param>
    /// <param name="exactCount">False to avoid counting the pairs beyond the limit: the count is then one more than the pairs.</param>
    public KvPage Range(KvRangeQuery query, bool exactCount)
    {
        var newest = NewestRevision();
        var revision = CheckRevision(query.Revision, newest, query.Range.Text);
        var interval = Interval.Of(keys, query.Range);
        if (query.After is not null)
        {
            interval = interval with { Start = Interval.JustAfter(keys.Encode(query.After)) };
        }

        if (query.UpTo is not null)
        {
            interval = interval with { End = Interval.JustAfter(keys.Encode(query.UpTo)) };
        }

        if (query.Before is not null)
        {
            interval = interval with { End = keys.Encode(query.Before) };
        }

        if (query.CountOnly)
        {
            return new KvPage([], false, Count(interval, revision, newest), newest, 0);
        }

        var page = revision < newest
            ? OlderPairs.Read(this, interval, query, revision)
            : query.NewestFirst || query.MaxCreateRevision is not null || query.MinRevision is not null ? ReadFiltered(interval, query) : ReadInOrder(interval, query);
        var count = !page.More ? page.Pairs.Count : exactCount ? Count(interval, revision, newest) : page.Pairs.Count + 1;
        return new KvPage(page.Pairs, page.More, count, newest, page.ByteCount);
    }

    /// <summary>Refuses a revision that does not exist yet or is no longer kept; returns the revision to read at.</summary>
    /// <param name="revision">The requested revision; null for the newest.</param>
    /// <param name="newest">The newest revision.</param>
    /// <param name="key">The key or range of the read, for the message.</param>
    public long CheckRevision(long? revision, long newest, string key)
    {
        if (revision is not { } asked)
        {
            return newest;
        }

        if (asked > newest)
        {
            throw new KvInvalidArgumentException($"Revision {asked} is in the future: the store is at revision {newest}.") { Key = key, Endpoint = connection.File };
        }

        return asked < newest && OldestRevision() is var oldest && asked < oldest
            ? throw new KvCompactedException(asked, oldest, connection.File, key)
            : asked;
    }

    /// <summary>Returns the value in a column, or from the table of large values if the column is NULL.</summary>
    public byte[] Value(Statement row, int column, long position)
    {
        var inline = row.Blob(column);
        return inline.Length > 0 || !row.IsNull(column) ? inline.ToArray() : LargeValue(position);
    }

    public byte[] LargeValue(long position)
    {
        var row = connection.Prepared("SELECT value FROM large_values WHERE position = ?1").Bind(1, position);
        if (!row.Step())
        {
            throw new KvException(KvErrorCode.CorruptStore, $"'{connection.File}' is damaged: the value at {position} is missing. Restore it from a snapshot.") { Endpoint = connection.File };
        }

        var value = row.Blob(0).ToArray();
        row.Reset();
        return value;
    }

    /// <summary>Prepares the statement that reads an interval of <c>pairs</c> or <c>deleted</c>, ready to step.</summary>
    public Statement Walk(string columns, string table, KeyInterval interval, string rest)
    {
        var sql = interval.End is null
            ? $"SELECT {columns} FROM {table} WHERE key >= ?1 {rest}"
            : $"SELECT {columns} FROM {table} WHERE key >= ?1 AND key < ?2 {rest}";
        var walk = connection.Prepared(sql).Bind(1, interval.Start);
        return interval.End is null ? walk : walk.Bind(2, interval.End);
    }

    private long Count(KeyInterval interval, long revision, long newest) =>
        revision < newest ? OlderPairs.Count(this, interval, revision) : Walk("count(*)", "pairs", interval, "").Scalar(0);

    private PageBuilder ReadInOrder(KeyInterval interval, KvRangeQuery query)
    {
        var columns = query.KeysOnly ? "key, position, create_revision, version, lease" : "key, position, create_revision, version, lease, value";
        var order = query.Descending ? "ORDER BY key DESC LIMIT ?3" : "ORDER BY key LIMIT ?3";
        return Read(Walk(columns, "pairs", interval, order).Bind(3, RowLimit(query)), query);
    }

    private PageBuilder ReadFiltered(KeyInterval interval, KvRangeQuery query)
    {
        var columns = query.KeysOnly ? "key, position, create_revision, version, lease" : "key, position, create_revision, version, lease, value";
        var order = query.NewestFirst ? "create_revision DESC, key" : query.Descending ? "key DESC" : "key";
        var rows = Walk(columns, "pairs", interval, $"AND create_revision <= ?4 AND position >= ?5 ORDER BY {order} LIMIT ?3")
            .Bind(3, RowLimit(query)).Bind(4, query.MaxCreateRevision ?? long.MaxValue).Bind(5, Position.FirstOf(Math.Min(query.MinRevision ?? 0, Position.LargestRevision)));
        return Read(rows, query);
    }

    // One more than requested, to know whether more exist.
    private static long RowLimit(KvRangeQuery query) => query.Limit + 1 ?? -1;

    private PageBuilder Read(Statement rows, KvRangeQuery query)
    {
        var page = new PageBuilder(query);
        try
        {
            while (rows.Step() && !page.IsFull)
            {
                var version = PairVersion.Read(rows, 1);
                page.Add(keys, rows.Blob(0), version, query.KeysOnly ? null : Value(rows, 5, version.Position));
            }
        }
        finally
        {
            rows.Reset();
        }

        return page;
    }
}
