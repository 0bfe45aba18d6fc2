using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>Reads a range at an older revision: every key that exists or was deleted since, each traced back through the changes after that revision.</summary>
internal static class OlderPairs
{
    private const string Back = "SELECT old_position, old_create_revision, old_version, old_lease, old_value FROM history WHERE position = ?1";

    public static KvPair? Get(PairReader reader, string key, long revision)
    {
        var self = KvRange.Key(key);
        return Read(reader, Interval.Of(reader.Keys, self), new KvRangeQuery(self), revision).Pairs is [var pair, ..] ? pair : null;
    }

    public static PageBuilder Read(PairReader reader, KeyInterval interval, KvRangeQuery query, long revision)
    {
        // Sorting needs all pairs, so the limit is applied afterwards.
        var page = new PageBuilder(query.NewestFirst ? query with { Limit = null } : query);
        var latest = query.MaxCreateRevision ?? long.MaxValue;
        var earliest = query.MinRevision ?? 0;
        ForEach(reader, interval, revision, !query.KeysOnly, query.Descending, (key, version, value) =>
        {
            if (version.CreateRevision > latest || version.Revision < earliest)
            {
                return true;
            }

            if (page.IsFull)
            {
                return false;
            }

            page.Add(reader.Keys, key, version, value);
            return true;
        });
        return query.NewestFirst ? page.SortedNewestFirst(query.Limit) : page;
    }

    public static long Count(PairReader reader, KeyInterval interval, long revision)
    {
        var count = 0L;
        ForEach(reader, interval, revision, withValues: false, descending: false, (_, _, _) => ++count > 0);
        return count;
    }

    private delegate bool Visitor(ReadOnlySpan<byte> key, PairVersion version, byte[]? value);

    // Both tables are in the order of keys and have no common key, so this is a merge.
    private static void ForEach(PairReader reader, KeyInterval interval, long revision, bool withValues, bool descending, Visitor visit)
    {
        var order = descending ? "ORDER BY key DESC" : "ORDER BY key";
        var pairs = reader.Walk("key, position, create_revision, version, lease, value", "pairs", interval, order);
        var deleted = reader.Walk("key, position", "deleted", interval, order);
        try
        {
            var hasPair = pairs.Step();
            var hasDeleted = deleted.Step();
            var goOn = true;
            while (goOn && (hasPair || hasDeleted))
            {
                if (hasPair && (!hasDeleted || pairs.Blob(0).SequenceCompareTo(deleted.Blob(0)) < 0 != descending))
                {
                    goOn = VisitPair(reader, pairs, revision, withValues, visit);
                    hasPair = pairs.Step();
                }
                else
                {
                    goOn = VisitOlder(reader, deleted.Blob(0), deleted.Int64(1), revision, withValues, visit);
                    hasDeleted = deleted.Step();
                }
            }
        }
        finally
        {
            pairs.Reset();
            deleted.Reset();
        }
    }

    private static bool VisitPair(PairReader reader, Statement row, long revision, bool withValues, Visitor visit)
    {
        var version = PairVersion.Read(row, 1);
        return version.Revision <= revision
            ? visit(row.Blob(0), version, withValues ? reader.Value(row, 5, version.Position) : null)
            : VisitOlder(reader, row.Blob(0), version.Position, revision, withValues, visit);
    }

    private static bool VisitOlder(PairReader reader, ReadOnlySpan<byte> key, long position, long revision, bool withValues, Visitor visit)
    {
        var back = reader.Connection.Prepared(Back);
        try
        {
            // A change after the revision is kept; otherwise the revision would have been refused.
            while (Position.RevisionOf(position) > revision)
            {
                if (!back.Bind(1, position).Step())
                {
                    throw new KvException(KvErrorCode.CorruptStore, $"'{reader.Connection.File}' is damaged: the change at {position} is missing. Restore it from a snapshot.") { Endpoint = reader.Connection.File };
                }

                position = back.Int64(0);
                if (Position.RevisionOf(position) <= revision)
                {
                    var version = PairVersion.Read(back, 0);
                    return !version.Exists || visit(key, version, withValues ? reader.Value(back, 4, version.Position) : null);
                }

                back.Reset();
            }

            return true;
        }
        finally
        {
            back.Reset();
        }
    }
}
