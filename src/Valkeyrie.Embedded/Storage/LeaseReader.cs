namespace Valkeyrie.Embedded.Storage;

/// <summary>Reads leases.</summary>
internal static class LeaseReader
{
    /// <summary>Reads one lease with its keys, at a time in milliseconds since 1970, UTC. Call it in one state.</summary>
    /// <exception cref="KvLeaseNotFoundException">The lease does not exist or has expired.</exception>
    public static KvLease Get(PairReader reader, long leaseId, long now)
    {
        var row = reader.Connection.Prepared("SELECT seconds, deadline FROM leases WHERE id = ?1").Bind(1, leaseId);
        var exists = row.Step();
        var (seconds, left) = exists ? (row.Int64(0), row.Int64(1) - now) : default;
        row.Reset();
        return left > 0
            ? new KvLease(leaseId, TimeSpan.FromSeconds(seconds)) { Remaining = TimeSpan.FromMilliseconds(Math.Min(left, seconds * 1000)), Keys = Keys(reader, leaseId) }
            : throw new KvLeaseNotFoundException(leaseId, reader.Connection.File);
    }

    /// <summary>Lists the numbers of the living leases, in the order in which they end.</summary>
    public static IReadOnlyList<long> Ids(PairReader reader, long now)
    {
        List<long> ids = [];
        var rows = reader.Connection.Prepared("SELECT id FROM leases WHERE deadline > ?1 ORDER BY deadline").Bind(1, now);
        try
        {
            while (rows.Step())
            {
                ids.Add(rows.Int64(0));
            }
        }
        finally
        {
            rows.Reset();
        }

        return ids;
    }

    private static List<string> Keys(PairReader reader, long leaseId)
    {
        List<string> keys = [];

        // The index on leases has no row of lease 0, and serves only queries with this condition.
        var rows = reader.Connection.Prepared("SELECT key FROM pairs WHERE lease = ?1 AND lease <> 0 ORDER BY key").Bind(1, leaseId);
        try
        {
            while (rows.Step())
            {
                if (reader.Keys.Covers(rows.Blob(0)))
                {
                    keys.Add(reader.Keys.Decode(rows.Blob(0)));
                }
            }
        }
        finally
        {
            rows.Reset();
        }

        return keys;
    }
}
