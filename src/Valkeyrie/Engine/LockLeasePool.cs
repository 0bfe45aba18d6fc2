namespace Valkeyrie.Engine;

/// <summary>The leases of locks, kept for the next lock. A lease serves any number of locks, but only one in each directory of contenders at a time, because
/// the lock key there is named after the lease.</summary>
internal sealed class LockLeasePool(LeaseRenewer renewer)
{
    private readonly object _gate = new();
    private readonly List<Entry> _entries = [];

    /// <summary>Returns a living lease that no other lock in this directory uses.</summary>
    public async ValueTask<RenewedLease> RentAsync(TimeSpan ttl, string directory, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _entries.RemoveAll(e => !e.Lease.IsAlive && e.Directories.Count == 0);
            var free = _entries.Find(e => !e.Retiring && e.AskedTtl == ttl && e.Lease.IsAlive && !e.Directories.Contains(directory));
            if (free is not null)
            {
                free.Directories.Add(directory);
                return free.Lease;
            }
        }

        var lease = await renewer.GrantAsync(ttl, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _entries.Add(new Entry(lease, ttl, [directory]));
        }

        return lease;
    }

    /// <summary>Returns a lease to the pool. One spare lease for each time to live is kept; other unused ones are released.</summary>
    public void Return(RenewedLease lease, string directory)
    {
        lock (_gate)
        {
            var entry = _entries.Find(e => e.Lease == lease);
            if (entry is null || !entry.Directories.Remove(directory) || entry.Directories.Count > 0)
            {
                return;
            }

            var hasSpare = _entries.Exists(e => e != entry && !e.Retiring && e.AskedTtl == entry.AskedTtl && e.Directories.Count == 0 && e.Lease.IsAlive);
            if (lease.IsAlive && !hasSpare && !entry.Retiring)
            {
                return;
            }

            _entries.Remove(entry);
        }

        renewer.LetGo(lease);
    }

    /// <summary>Retires a lease under which a pending transaction may still create a key: without its lease, the transaction fails. A lease that other locks
    /// use gets no new locks, and is not revoked yet.</summary>
    /// <returns>True if the lease was released.</returns>
    public bool TryRetire(RenewedLease lease, string directory)
    {
        lock (_gate)
        {
            var entry = _entries.Find(e => e.Lease == lease);
            if (entry is null)
            {
                return true;
            }

            entry.Retiring = true;
            if (entry.Directories.Count > 1 || !entry.Directories.Contains(directory))
            {
                return false;
            }

            _entries.Remove(entry);
        }

        renewer.LetGo(lease);
        return true;
    }

    private sealed record Entry(RenewedLease Lease, TimeSpan AskedTtl, HashSet<string> Directories)
    {
        public bool Retiring { get; set; }
    }
}
