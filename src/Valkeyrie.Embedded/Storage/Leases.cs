namespace Valkeyrie.Embedded;

/// <summary>Makes, renews and ends leases inside a transaction of SQLite.</summary>
internal static class Leases
{
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
        writer.Reader.Connection.Prepared("INSERT INTO leases(id, seconds, deadline) VALUES(?1, ?2, ?3)")
            .Bind(1, leaseId).Bind(2, seconds).Bind(3, writer.Now + (seconds * 1000)).Run();
        return true;
    }

    /// <summary>Gives a lease its full time to live again; gives that in seconds.</summary>
    public static long Renew(PairWriter writer, long leaseId)
    {
        Require(writer, leaseId);
        var seconds = Seconds(writer, leaseId);
        writer.NoteLeaseChange();
        writer.Reader.Connection.Prepared("UPDATE leases SET deadline = ?2 WHERE id = ?1").Bind(1, leaseId).Bind(2, writer.Now + (seconds * 1000)).Run();
        return seconds;
    }

    /// <summary>Gives the leases whose deadline lies further ahead than their time to live that time from now on: the clock has been set back
    /// since they were renewed.</summary>
    public static void Shorten(PairWriter writer)
    {
        writer.NoteLeaseChange();
        writer.Reader.Connection.Prepared("UPDATE leases SET deadline = ?1 + seconds * 1000 WHERE deadline > ?1 + seconds * 1000").Bind(1, writer.Now).Run();
    }

    /// <summary>Ends a lease and removes its keys.</summary>
    public static void Revoke(PairWriter writer, long leaseId)
    {
        Require(writer, leaseId);
        writer.DeleteKeysOf(leaseId);
        writer.NoteLeaseChange();
        writer.Reader.Connection.Prepared("DELETE FROM leases WHERE id = ?1").Bind(1, leaseId).Run();
    }

    /// <summary>Ends the leases whose time is over, each as a request of its own.</summary>
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
