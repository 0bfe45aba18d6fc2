using Valkeyrie.Consul.Calls;
using Valkeyrie.Consul.Sessions;
using Valkeyrie.Engine;

namespace Valkeyrie.Consul.Keys;

/// <summary>Turns the server's entries into pairs.</summary>
internal sealed class Pairs(KeyPlaces places, SessionLeases leases)
{
    /// <summary>The pair of an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="keyOnly">True to leave the value out.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public ValueTask<KvPair> OfAsync(ConsulEntry entry, bool keyOnly, CancellationToken cancellationToken) =>
        entry.Session.Length == 0 ? new(Of(entry, keyOnly, null)) : WithTtlAsync(entry, keyOnly, cancellationToken);

    /// <summary>The pair of an entry whose time to live is known.</summary>
    public KvPair Of(ConsulEntry entry, bool keyOnly, TimeSpan? ttl) => new(keyOnly ? [] : entry.Value)
    {
        Key = places.KeyOf(entry.Key!),
        KeyOnly = keyOnly,
        Revision = entry.ModifyIndex,
        CreateRevision = entry.CreateIndex,
        Ttl = ttl,
    };

    /// <summary>True for the key of a held lock, which is not shown among others. Data that merely has such a name is.</summary>
    public static bool IsHidden(ConsulEntry entry) => entry.IsHeldLock && entry.Key!.EndsWith(LockNames.Suffix, StringComparison.Ordinal);

    private async ValueTask<KvPair> WithTtlAsync(ConsulEntry entry, bool keyOnly, CancellationToken cancellationToken) =>
        Of(entry, keyOnly, await leases.TtlOfAsync(entry, cancellationToken).ConfigureAwait(false));
}
