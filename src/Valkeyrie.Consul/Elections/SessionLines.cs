using System.Runtime.CompilerServices;
using Valkeyrie.Consul.Calls;
using Valkeyrie.Consul.Keys;
using Valkeyrie.Consul.Locks;
using Valkeyrie.Consul.Sessions;
using Valkeyrie.Consul.Watches;
using Valkeyrie.Engine;

namespace Valkeyrie.Consul.Elections;

/// <summary>Lines of contenders on Consul: each holds the key <c>NAME/SESSION</c> with its own session; the leader's key is the one created first.</summary>
/// <remarks>Consul's plain lock does not show the waiting contenders, and admits any of them when it is free. Here the contenders are visible and lead in
/// turn.</remarks>
internal sealed class SessionLines(ConsulApi api, KeyPlaces places, Pairs pairs, Trees trees, SessionLeases leases, RenewedSessions sessions) : IElectionLines
{
    private readonly KeyWaits _waits = new(api);

    public KvStoreInfo Info => leases.Info;

    public async ValueTask<LinePlace> EnterAsync(string name, ReadOnlyMemory<byte> value, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var directory = DirectoryOf(name);
        var lease = await sessions.GrantAsync(ttl, name, cancellationToken).ConfigureAwait(false);
        try
        {
            var session = leases.SessionOf(lease.Id);
            var stored = places.StoredOf(directory) + session;
            var body = new TxnBody().RequireRevision(stored, 0).Acquire(stored, value.Span, session);
            var reply = await api.CommitAsync(body, name, cancellationToken, values: false).ConfigureAwait(false);
            if (reply.IsMade)
            {
                var entry = reply.Entries.FirstOrDefault(e => e.Key == stored) ?? throw new KvUnreachableException(
                    KvUnreachableReason.Protocol, $"{Info.Address} answered without a result for the election '{name}'. Check host and port.") { Key = name, Endpoint = Info.Address };
                return new SessionPlace(this, name, stored, entry.CreateIndex, session, lease);
            }

            throw reply.Errors.Any(e => e.Text.Contains("invalid session", StringComparison.Ordinal))
                ? new KvLeaseNotFoundException(lease.Id, Info.Address)
                : new KvUnreachableException(KvUnreachableReason.Unavailable, $"{Info.Address} refused a contender for the election '{name}': {reply.Errors[0].Text}")
                    { Key = name, Endpoint = Info.Address };
        }
        catch
        {
            // Its key, if any, is removed when the session ends.
            sessions.LetGo(lease);
            throw;
        }
    }

    public async ValueTask<IReadOnlyList<KvPair>> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var found = new List<KvPair>();
        await foreach (var entry in EntriesAsync(name, values: true, cancellationToken).ConfigureAwait(false))
        {
            found.Add(await pairs.OfAsync(entry, keyOnly: false, cancellationToken).ConfigureAwait(false));
        }

        return [.. found.OrderBy(p => p.CreateRevision)];
    }

    public IRangeObserver Observe(string name)
    {
        var range = DirectoryOf(name);
        var length = places.StoredOf(range).Length;
        return new RangeObserver(api, places, pairs, range, Info, entry => IsContender(entry, length));
    }

    public async IAsyncEnumerable<string> FindAsync(KvRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in trees.EntriesAsync(range, stale: false, values: false, cancellationToken).ConfigureAwait(false))
        {
            if (Pairs.IsContender(entry) && places.KeyOf(entry.Key![..entry.Key!.LastIndexOf(KeyRules.Separator)]) is { Length: > 0 } name)
            {
                yield return name;
            }
        }
    }

    // Only the pairs of contenders have a lease here.
    public bool IsContender(KvPair pair) => pair.LeaseId is not null;

    /// <summary>Reads the direct predecessor of a place.</summary>
    public async ValueTask<LineOrder> LookAsync(string name, string stored, long createIndex, CancellationToken cancellationToken)
    {
        ConsulEntry? before = null;
        var isThere = false;
        await foreach (var entry in EntriesAsync(name, values: false, cancellationToken).ConfigureAwait(false))
        {
            isThere |= entry.Key == stored && entry.CreateIndex == createIndex;
            before = entry.CreateIndex < createIndex && (before is null || entry.CreateIndex > before.CreateIndex) ? entry : before;
        }

        return new(isThere, before is null ? null : places.KeyOf(before.Key!));
    }

    /// <summary>Waits until the key of a contender is gone.</summary>
    public Task WaitForRemovalAsync(string contender, CancellationToken cancellationToken) => _waits.WaitWhileHeldAsync(
        contender, places.StoredOf(contender), 0, contender[(contender.LastIndexOf(KeyRules.Separator) + 1)..], cancellationToken);

    /// <summary>Commits a transaction that requires a session to hold a contender's key; false if it does not.</summary>
    public async ValueTask<bool> CommitAsync(TxnBody body, string name, CancellationToken cancellationToken) =>
        (await api.CommitAsync(body, name, cancellationToken, values: false).ConfigureAwait(false)).IsMade;

    /// <summary>Converts a key from the server's form.</summary>
    public string KeyOf(string stored) => places.KeyOf(stored);

    public void LetGo(RenewedLease lease) => sessions.LetGo(lease);

    private static KvRange DirectoryOf(string name) => KvRange.Prefix(name + KeyRules.Separator);

    // Directly in the directory: a key below a deeper one is a contender of another election.
    private static bool IsContender(ConsulEntry entry, int directoryLength) =>
        Pairs.IsContender(entry) && directoryLength > 0 && entry.Key!.LastIndexOf(KeyRules.Separator) + 1 == directoryLength;

    private async IAsyncEnumerable<ConsulEntry> EntriesAsync(string name, bool values, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var range = DirectoryOf(name);
        var length = places.StoredOf(range).Length;
        await foreach (var entry in trees.EntriesAsync(range, stale: false, values, cancellationToken).ConfigureAwait(false))
        {
            if (IsContender(entry, length))
            {
                yield return entry;
            }
        }
    }
}
