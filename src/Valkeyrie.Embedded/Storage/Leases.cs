namespace Valkeyrie.Embedded.Storage;

/// <summary>Makes, renews and ends leases inside a transaction of SQLite.</summary>
/// <remarks>Holders count by the machine's monotonic clock, leases end by the one that goes on while it is off. So that no lease ends before its holder
/// gives it up, each gets a little more than its time: what is lost where milliseconds are cut off, and twice what a clock gains that is being set
/// right (500 millionths, adjtimex's most).</remarks>
internal static class Leases
{
    /// <summary>The end of a lease that has its full time from now (?1), in SQL.</summary>
    public const string FullTime = "?1 + seconds * 1001 + 2";

    /// <summary>Refuses a lease that does not exist.</summary>
    public static void Require(PairWriter writer, long leaseId)
    {
        if (leaseId != 0 && Seconds(writer, leaseId) == 0)
        {
            throw new KvLeaseNotFoundException(leaseId, writer.Reader.Connection.File);
        }
    }

    /// <summary>Makes a lease; false if its number is taken.</summary>
    public static bool TryGrant(PairWriter writer, long leaseId, long seconds)
    {
        if (Seconds(writer, leaseId) != 0)
        {
            return false;
        }

        writer.NoteLeaseChange();
        writer.Reader.Connection.Prepared($"INSERT INTO leases(id, seconds, deadline) SELECT ?2, ?3, {FullTime} FROM (SELECT ?3 AS seconds)")
            .Bind(1, writer.Now).Bind(2, leaseId).Bind(3, seconds).Run();
        return true;
    }

    /// <summary>Gives a lease its full time to live again; gives that in seconds.</summary>
    public static long Renew(PairWriter writer, long leaseId)
    {
        Require(writer, leaseId);
        var seconds = Seconds(writer, leaseId);
        writer.NoteLeaseChange();
        writer.Reader.Connection.Prepared($"UPDATE leases SET deadline = {FullTime} WHERE id = ?2").Bind(1, writer.Now).Bind(2, leaseId).Run();
        return seconds;
    }

    /// <summary>Gives the leases whose deadline lies further ahead than their time to live that time from now on: the clock has been set back
    /// since they were renewed.</summary>
    public static void Shorten(PairWriter writer)
    {
        writer.NoteLeaseChange();
        writer.Reader.Connection.Prepared($"UPDATE leases SET deadline = {FullTime} WHERE deadline > {FullTime}").Bind(1, writer.Now).Run();
    }

    /// <summary>Ends a lease and removes its keys.</summary>
    public static void Revoke(PairWriter writer, long leaseId)
    {
        Require(writer, leaseId);
        writer.DeleteKeysOf(leaseId);
        writer.NoteLeaseChange();
        writer.Reader.Connection.Prepared("DELETE FROM leases WHERE id = ?1").Bind(1, leaseId).Run();
    }

    /// <summary>Ends the leases whose time is over, each as a separate request.</summary>
    /// <returns>False if there were more of them than the most to end at once.</returns>
    public static bool TryEndExpired(PairWriter writer, int most)
    {
        for (var left = most; left > 0; left--)
        {
            var leaseId = writer.Reader.Connection.Prepared("SELECT id FROM leases WHERE deadline <= ?1 ORDER BY deadline LIMIT 1").Bind(1, writer.Now).Scalar(0);
            if (leaseId == 0)
            {
                return true;
            }

            writer.BeginRequest();
            Revoke(writer, leaseId);
        }

        return false;
    }

    private static long Seconds(PairWriter writer, long leaseId) => writer.Reader.Connection.Prepared("SELECT seconds FROM leases WHERE id = ?1").Bind(1, leaseId).Scalar(0);
}
