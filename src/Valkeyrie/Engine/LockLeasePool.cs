namespace Valkeyrie.Engine;

/// <summary>The leases that locks stand on, kept for the next lock. A lease serves any number of locks, but one in each
/// directory of contenders at a time, since the lock's key there is named after the lease.</summary>
internal sealed class LockLeasePool(LeaseRenewer renewer)
{
    private readonly object _gate = new();
    private readonly List<Entry> _entries = [];

    /// <summary>Gives a living lease that no other lock in this directory stands on.</summary>
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

    /// <summary>Takes a lease back. One spare for each time to live is kept; others that no lock needs are let go.</summary>
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

    /// <summary>Ends a lease under which a key may still be put by a transaction whose end is not known: without its lease, that will fail. A lease
    /// that other locks stand on gets no new ones, and is not ended yet.</summary>
    /// <returns>True if the lease has been let go.</returns>
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
