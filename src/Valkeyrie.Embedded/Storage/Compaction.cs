using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>Removes the oldest changes in small steps. The history holds a change completely in one row, so compaction only cuts off the beginning of a table,
/// and otherwise removes large values and keys that no longer exist.</summary>
internal static class Compaction
{
    // A step costs much less than one sync to the disk.
    private const int RowsInStep = 512;

    // A large value occupies separate pages, which must all be freed.
    private const int RowsALargeValueCountsFor = 32;

    private const int PagesInStep = 512;

    /// <summary>Removes some of the changes before a revision; true if more may remain. The newest revision always stays.</summary>
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

    /// <summary>Returns the first revision to keep by the bounds: earlier ones exceed the number or the age.</summary>
    public static long RevisionToKeep(PairReader reader, HistoryBounds bounds, long newest, long now)
    {
        var byCount = newest - bounds.Revisions + 1;
        var horizon = now - (long)Math.Min(bounds.Age.TotalMilliseconds, now);

        // Rows are in the order of their time, unless a clock was set back. So the first young one ends the search, and the rows of one step are sufficient.
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

    /// <summary>Checks whether free pages are a large part of the file.</summary>
    public static bool HasManyFreePages(Connection connection)
    {
        var free = connection.Prepared("PRAGMA freelist_count").Scalar(0);
        return free >= 4 * PagesInStep && free * 4 >= connection.Prepared("PRAGMA page_count").Scalar(0);
    }

    /// <summary>Returns some free pages to the disk; true if many remain.</summary>
    public static bool GiveBackPages(Connection connection)
    {
        connection.Execute($"PRAGMA incremental_vacuum({PagesInStep})");
        return HasManyFreePages(connection);
    }

    /// <summary>Returns some free pages to the disk; true while any remain.</summary>
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
