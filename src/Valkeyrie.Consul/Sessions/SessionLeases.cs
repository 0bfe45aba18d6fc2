using System.Collections.Concurrent;
using Valkeyrie.Consul.Calls;
using Valkeyrie.Engine;

namespace Valkeyrie.Consul.Sessions;

/// <summary>Implements times to live with sessions of the behavior <c>delete</c>, numbered so that the recipes for leases apply to them.</summary>
/// <remarks>A server ends a session between once and twice its time to live after the last renewal, and restarts the time when another server becomes the
/// leader. The holder gives a session up after once that time, counted from the moment the renewal was sent: earlier than any server. So no lock-delay is
/// needed.</remarks>
/// <param name="api">Makes the calls.</param>
/// <param name="places">Converts keys to the server's form.</param>
/// <param name="info">The store.</param>
internal sealed class SessionLeases(ConsulApi api, KeyPlaces places, KvStoreInfo info) : ILeaseSource
{
    private const string Delete = "delete";

    // The properties of a session never change, so they are read only once; but sessions come and go.
    private const int MostRemembered = 4096;

    private static readonly string Name = $"valkeyrie: process {Environment.ProcessId} on {Environment.MachineName}";

    private readonly ConcurrentDictionary<long, string> _sessions = new();
    private readonly ConcurrentDictionary<string, SessionReply> _known = new(StringComparer.Ordinal);
    private long _last;

    public KvStoreInfo Info => info;

    public TimeSpan Timeout => api.Timeout;

    public ValueTask<KvLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken) => GrantAsync(ttl, null, cancellationToken);

    /// <summary>Creates a session.</summary>
    /// <param name="ttl">The time to live unless renewed; a fraction of a second is rounded up.</param>
    /// <param name="key">The key of the call, for errors.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="KvInvalidArgumentException">The time is longer than a session can live, or shorter than the server accepts.</exception>
    public async ValueTask<KvLease> GrantAsync(TimeSpan ttl, string? key, CancellationToken cancellationToken)
    {
        var seconds = SecondsOf(ttl, key);
        var request = new SessionRequest(Name, SessionTime.Text(seconds), Delete, SessionTime.Text(0));
        var session = await api.CreateSessionAsync(request, key, cancellationToken).ConfigureAwait(false);
        var lease = new KvLease(Interlocked.Increment(ref _last), TimeSpan.FromSeconds(seconds));
        _sessions[lease.Id] = session;
        Remember(new SessionReply(session, request.TTL, request.Behavior));
        return lease;
    }

    /// <summary>Converts a time to live to whole seconds.</summary>
    /// <exception cref="KvInvalidArgumentException">The time is zero or less, or longer than a session can live.</exception>
    public static long SecondsOf(TimeSpan ttl, string? key)
    {
        var seconds = OptionRules.TtlSeconds(ttl, key);
        return seconds <= SessionTime.Longest.TotalSeconds
            ? seconds
            : throw new KvInvalidArgumentException($"The time to live must be at most {SessionTime.Longest.TotalHours:0} hours, the longest that Consul keeps a session; it is {ttl}.") { Key = key };
    }

    /// <summary>Returns the session of a lease.</summary>
    public string SessionOf(KvLease lease) => SessionOf(lease.Id);

    /// <inheritdoc cref="SessionOf(KvLease)"/>
    public string SessionOf(long leaseId) => _sessions.TryGetValue(leaseId, out var session) ? session : throw new KvLeaseNotFoundException(leaseId, info.Address);

    /// <summary>Stops tracking a session, which ends with its time to live.</summary>
    public void Forget(KvLease lease) => _sessions.TryRemove(lease.Id, out _);

    public async ValueTask<KvLease> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken)
    {
        if (await api.RenewSessionAsync(SessionOf(leaseId), cancellationToken).ConfigureAwait(false) is { } session)
        {
            return new KvLease(leaseId, SessionTime.Read(session.TTL) ?? throw new KvLeaseNotFoundException(leaseId, info.Address));
        }

        _sessions.TryRemove(leaseId, out _);
        throw new KvLeaseNotFoundException(leaseId, info.Address);
    }

    public async ValueTask RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken)
    {
        await api.DestroySessionAsync(SessionOf(leaseId), cancellationToken).ConfigureAwait(false);
        _sessions.TryRemove(leaseId, out _);
    }

    public async ValueTask<bool?> IsAttachedAsync(string key, long leaseId, CancellationToken cancellationToken)
    {
        var entry = await api.GetAsync(places.StoredOf(key), key, stale: false, cancellationToken).ConfigureAwait(false);
        return entry is null ? null : _sessions.TryGetValue(leaseId, out var session) && entry.Session == session;
    }

    /// <summary>Returns the holder of an entry.</summary>
    public async ValueTask<Holder> HolderOfAsync(ConsulEntry? entry, CancellationToken cancellationToken) => entry is not { Session.Length: > 0 }
        ? Holder.Nobody
        : new Holder(entry.Session, await FindAsync(entry.Session, entry.Key, cancellationToken).ConfigureAwait(false) is { Behavior: Delete });

    /// <summary>Returns the time to live of an entry; null if it does not expire.</summary>
    public ValueTask<TimeSpan?> TtlOfAsync(ConsulEntry entry, CancellationToken cancellationToken) =>
        entry.Session.Length == 0 ? new((TimeSpan?)null)
        : _known.TryGetValue(entry.Session, out var known) ? new(TtlOf(known))
        : AskTtlAsync(entry, cancellationToken);

    private static TimeSpan? TtlOf(SessionReply session) => session.Behavior == Delete ? SessionTime.Read(session.TTL) : null;

    private async ValueTask<TimeSpan?> AskTtlAsync(ConsulEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(entry.Session, entry.Key, cancellationToken).ConfigureAwait(false) is { } session ? TtlOf(session) : null;
        }
        catch (KvException e) when (e.Code is KvErrorCode.PermissionDenied or KvErrorCode.AuthenticationFailed)
        {
            // A user who may read a key may not be permitted to read sessions.
            return null;
        }
    }

    private async ValueTask<SessionReply?> FindAsync(string session, string? key, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(session, out var known))
        {
            return known;
        }

        var found = await api.GetSessionAsync(session, key, cancellationToken).ConfigureAwait(false);
        if (found is not null)
        {
            Remember(found with { ID = session });
        }

        return found;
    }

    private void Remember(SessionReply session)
    {
        if (_known.Count >= MostRemembered)
        {
            _known.Clear();
        }

        _known[session.ID!] = session;
    }
}
