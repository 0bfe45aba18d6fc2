using Valkeyrie.Consul.Calls;
using Valkeyrie.Consul.Sessions;
using Valkeyrie.Engine;

namespace Valkeyrie.Consul.Keys;

/// <summary>Converts the server's entries to pairs.</summary>
internal sealed class Pairs(KeyPlaces places, SessionLeases leases)
{
    /// <summary>Converts an entry to a pair.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="keyOnly">True to omit the value.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public ValueTask<KvPair> OfAsync(ConsulEntry entry, bool keyOnly, CancellationToken cancellationToken) =>
        entry.Session.Length == 0 ? new(Of(entry, keyOnly, null)) : WithTtlAsync(entry, keyOnly, cancellationToken);

    /// <summary>Converts an entry with a known time to live to a pair.</summary>
    public KvPair Of(ConsulEntry entry, bool keyOnly, TimeSpan? ttl) => new(keyOnly ? [] : entry.Value)
    {
        Key = places.KeyOf(entry.Key!),
        KeyOnly = keyOnly,
        Revision = entry.ModifyIndex,
        CreateRevision = entry.CreateIndex,

        // A session has no number. Any number marks the key of a contender, which exists only as long as its session.
        LeaseId = IsContender(entry) ? entry.CreateIndex : null,
        Ttl = ttl,
    };

    /// <summary>Checks whether the entry is the key of a held lock, which listings omit. Data with such a name is not omitted.</summary>
    public static bool IsHidden(ConsulEntry entry) => entry.IsHeldLock && entry.Key!.EndsWith(LockNames.Suffix, StringComparison.Ordinal);

    /// <summary>Checks whether the entry is the key of a contender in an election: named after the session that holds it, which data never is.</summary>
    public static bool IsContender(ConsulEntry entry) =>
        entry.Session.Length > 0 && entry.Key!.LastIndexOf(KeyRules.Separator) is >= 0 and var end && entry.Key.AsSpan(end + 1).SequenceEqual(entry.Session);

    private async ValueTask<KvPair> WithTtlAsync(ConsulEntry entry, bool keyOnly, CancellationToken cancellationToken) =>
        Of(entry, keyOnly, await leases.TtlOfAsync(entry, cancellationToken).ConfigureAwait(false));
}
