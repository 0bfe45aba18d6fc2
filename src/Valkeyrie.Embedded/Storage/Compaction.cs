using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>Forgets the oldest changes, a little at a time: what history holds of a change is all in its row, so this cuts off the beginning
/// of a table and touches nothing else but large values and keys that exist no more.</summary>
internal static class Compaction
{
    // A step stays well below the cost of one sync to the disk.
    private const int RowsInStep = 512;

    // A large value spreads over pages of its own, which must all be given back.
    private const int RowsALargeValueCountsFor = 32;

    private const int PagesInStep = 512;

    /// <summary>Forgets some of the changes before a revision; true if there may be more to forget. The newest revision always stays.</summary>
    public static bool Step(PairWriter writer, long beforeRevision)
    {
        var connection = writer.Reader.Connection;
        var end = FindEnd(connection, Position.FirstOf(Math.Min(beforeRevision, writer.Revision)), out var complete);
        if (end == 0)
        {
            return false;
        }

        connection.Prepared(
            "DELETE FROM large_values WHERE position IN (SELECT old_position FROM history WHERE position <= ?1 AND old_value IS NULL AND old_version > 0)")
            .Bind(1, end).Run();
        connection.Prepared("DELETE FROM deleted WHERE position <= ?1 AND key IN (SELECT key FROM history WHERE position <= ?1 AND version = 0)")
            .Bind(1, end).Run();
        connection.Prepared("DELETE FROM history WHERE position <= ?1").Bind(1, end).Run();
        return !complete;
    }

    /// <summary>The revision before which the bounds let go: beyond the count, or older than the age.</summary>
    public static long RevisionToKeep(PairReader reader, HistoryBounds bounds, long newest, long now)
    {
        var byCount = newest - bounds.Revisions + 1;
        var horizon = now - (long)Math.Min(bounds.Age.TotalMilliseconds, now);

        // Rows are in the order of their time, but for a clock that was set back: so the first young one ends the walk, and a step's worth is enough.
        var rows = reader.Connection.Prepared("SELECT position, written FROM history ORDER BY position LIMIT ?1").Bind(1, RowsInStep);
        var byAge = 0L;
        try
        {
            while (rows.Step() && rows.Int64(1) < horizon)
            {
                byAge = Position.RevisionOf(rows.Int64(0)) + 1;
            }
        }
        finally
        {
            rows.Reset();
        }

        return Math.Max(byCount, byAge);
    }

    /// <summary>True if free pages are a good part of the file.</summary>
    public static bool HasManyFreePages(Connection connection)
    {
        var free = connection.Prepared("PRAGMA freelist_count").Scalar(0);
        return free >= 4 * PagesInStep && free * 4 >= connection.Prepared("PRAGMA page_count").Scalar(0);
    }

    /// <summary>Gives some free pages back to the disk; true if there are still many.</summary>
    public static bool GiveBackPages(Connection connection)
    {
        connection.Execute($"PRAGMA incremental_vacuum({PagesInStep})");
        return HasManyFreePages(connection);
    }

    /// <summary>Gives some free pages back to the disk; true while there are any left.</summary>
    public static bool GiveBackStep(Connection connection)
    {
        connection.Execute($"PRAGMA incremental_vacuum({PagesInStep})");
        return connection.Scalar("PRAGMA freelist_count") > 0;
    }

    private static long FindEnd(Connection connection, long before, out bool complete)
    {
        var rows = connection.Prepared("SELECT position, old_value IS NULL AND old_version > 0 FROM history WHERE position < ?1 ORDER BY position").Bind(1, before);
        var end = 0L;
        var left = RowsInStep;
        complete = true;
        try
        {
            while (rows.Step())
            {
                if (left <= 0)
                {
                    complete = false;
                    break;
                }

                end = rows.Int64(0);
                left -= rows.Int64(1) == 0 ? 1 : RowsALargeValueCountsFor;
            }
        }
        finally
        {
            rows.Reset();
        }

        return end;
    }
}
