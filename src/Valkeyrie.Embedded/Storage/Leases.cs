namespace Valkeyrie.Embedded.Storage;

/// <summary>Grants, renews and revokes leases inside an SQLite transaction.</summary>
/// <remarks>Holders use the machine's monotonic clock; leases end by a clock that continues while the machine is off. So that no lease ends before its holder
/// gives it up, each gets slightly more than its time: the loss from truncation to milliseconds, and twice the drift of a clock that is being adjusted (500
/// millionths, the maximum of adjtimex).</remarks>
internal static class Leases
{
    /// <summary>The end of a lease with its full time from now (?1), in SQL.</summary>
    public const string FullTime = "?1 + seconds * 1001 + 2";

    /// <summary>Throws if a lease does not exist.</summary>
    public static void Require(PairWriter writer, long leaseId)
    {
        if (leaseId != 0 && Seconds(writer, leaseId) == 0)
        {
            throw new KvLeaseNotFoundException(leaseId, writer.Reader.Connection.File);
        }
    }

    /// <summary>Grants a lease; false if its number is taken.</summary>
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

    /// <summary>Renews a lease to its full time to live, and returns that in seconds.</summary>
    public static long Renew(PairWriter writer, long leaseId)
    {
        Require(writer, leaseId);
        var seconds = Seconds(writer, leaseId);
        writer.NoteLeaseChange();
        writer.Reader.Connection.Prepared($"UPDATE leases SET deadline = {FullTime} WHERE id = ?2").Bind(1, writer.Now).Bind(2, leaseId).Run();
        return seconds;
    }

    /// <summary>Shortens the leases whose deadline is further ahead than their time to live, which shows that the clock was set back since they were
    /// renewed.</summary>
    public static void Shorten(PairWriter writer)
    {
        writer.NoteLeaseChange();
        writer.Reader.Connection.Prepared($"UPDATE leases SET deadline = {FullTime} WHERE deadline > {FullTime}").Bind(1, writer.Now).Run();
    }

    /// <summary>Revokes a lease and removes its keys.</summary>
    public static void Revoke(PairWriter writer, long leaseId)
    {
        Require(writer, leaseId);
        writer.DeleteKeysOf(leaseId);
        writer.NoteLeaseChange();
        writer.Reader.Connection.Prepared("DELETE FROM leases WHERE id = ?1").Bind(1, leaseId).Run();
    }

    /// <summary>Ends the expired leases, each as a separate request.</summary>
    /// <returns>False if more leases remain than the maximum to end at once.</returns>
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
