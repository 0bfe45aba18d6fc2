using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>Reads changes from the history for a watch.</summary>
internal static class EventReader
{
    private const int EnoughEvents = 512;
    private const long EnoughBytes = 1 << 20;

    private const string Columns =
        "position, key, create_revision, version, lease, value, old_position, old_create_revision, old_version, old_lease, old_value";

    /// <summary>Reads the changes of a range between two positions: all of them, or as many whole revisions as form a batch of reasonable size.</summary>
    /// <param name="reader">The reader. Call it in one state.</param>
    /// <param name="range">The range, for the error if it can no longer be followed from there.</param>
    /// <param name="interval">The range as bytes.</param>
    /// <param name="from">The first position.</param>
    /// <param name="until">The last position; if it is not reached yet, that of the newest change.</param>
    /// <param name="previousValue">True to include the pair before each change.</param>
    /// <returns>The changes, the last position that they cover, and whether they are complete.</returns>
    public static (IReadOnlyList<KvEvent> Events, long Through, bool Complete) Read(
        PairReader reader, KvRange range, KeyInterval interval, long from, long until, bool previousValue)
    {
        var newest = reader.NewestPosition();
        if (from > newest)
        {
            return ([], from - 1, true);
        }

        var revision = Position.RevisionOf(from);
        var oldest = reader.OldestRevision();
        if (revision < oldest)
        {
            throw new KvCompactedException(revision, oldest, reader.Connection.File, range.Text);
        }

        List<KvEvent> events = [];
        var bytes = 0L;
        var rows = reader.Walk(Columns, "history", interval, "AND position BETWEEN ?3 AND ?4 ORDER BY position").Bind(3, from).Bind(4, until);
        try
        {
            while (rows.Step())
            {
                var position = rows.Int64(0);
                if ((events.Count >= EnoughEvents || bytes >= EnoughBytes) && events[^1].Revision != Position.RevisionOf(position))
                {
                    return (events, Position.LastOf(events[^1].Revision), false);
                }

                var change = Event(reader, rows, position, previousValue);
                bytes += change.GetBytes().Length + (change.Previous?.GetBytes().Length ?? 0);
                events.Add(change);
            }
        }
        finally
        {
            rows.Reset();
        }

        // A revision is written in one step, so the newest one is complete.
        return (events, Math.Min(until, Position.LastOf(Position.RevisionOf(newest))), true);
    }

    private static KvEvent Event(PairReader reader, Statement row, long position, bool previousValue)
    {
        var key = reader.Keys.Decode(row.Blob(1));
        var version = new PairVersion(position, row.Int64(2), row.Int64(3), row.Int64(4));
        var old = PairVersion.Read(row, 6);
        return new KvEvent
        {
            Type = version.Exists ? KvEventType.Put : KvEventType.Delete,
            Pair = version.ToPair(key, version.Exists ? reader.Value(row, 5, position) : []),
            Previous = previousValue && old.Exists ? old.ToPair(key, reader.Value(row, 10, old.Position)) : null,
        };
    }
}
