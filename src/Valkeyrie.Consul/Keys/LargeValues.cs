using Valkeyrie.Consul.Calls;
using Valkeyrie.Consul.Sessions;

namespace Valkeyrie.Consul.Keys;

/// <summary>Writes values that do not fit into a transaction, in which they take a third more space: by a separate request, which reports no revision and
/// supports fewer conditions.</summary>
internal sealed class LargeValues(ConsulApi api, SessionLeases leases, KvStoreInfo info)
{
    /// <summary>Writes a value.</summary>
    /// <returns>The pair; null if the key is not at the revision.</returns>
    public async ValueTask<KvPair?> PutAsync(
        string key, string stored, ReadOnlyMemory<byte> value, long? revision, string? session, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        var path = KeyPlaces.PathOf(stored) ?? throw TooLarge(key, value, "a key that the path of a URL cannot contain");
        while (true)
        {
            var entry = await api.GetAsync(stored, key, stale: false, cancellationToken).ConfigureAwait(false);
            var holder = await leases.HolderOfAsync(entry, cancellationToken).ConfigureAwait(false);
            var condition = (revision, session, holder) switch
            {
                (not null, not null, _) or (not null, _, { Deletes: true }) => throw TooLarge(key, value, "a conditional write with a time to live, or to a key that has one"),
                (not null, _, _) => $"cas={revision}",
                (_, _, { Deletes: true }) => $"release={holder.Session}",
                (_, not null, _) => $"acquire={session}",
                _ => null,
            };
            if (!await api.PutAsync(path, condition, value, key, cancellationToken).ConfigureAwait(false))
            {
                if (revision is not null)
                {
                    return null;
                }

                continue;
            }

            // The key had to be released first.
            if (session is not null && holder.Deletes && !await api.PutAsync(path, $"acquire={session}", value, key, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            var written = await api.GetAsync(stored, key, stale: false, cancellationToken).ConfigureAwait(false);
            var isOurs = written is not null && written.Value.AsSpan().SequenceEqual(value.Span);
            if (isOurs && session is null && (await leases.HolderOfAsync(written, cancellationToken).ConfigureAwait(false)).Deletes)
            {
                // Another client gave it a time to live between the read and the put.
                continue;
            }

            return new KvPair(value.ToArray())
            {
                Key = key,

                // Overwritten since: its own revision is only known to be lower than the present one.
                Revision = isOurs ? written!.ModifyIndex
                    : (written?.ModifyIndex ?? await api.NewestIndexAsync(stored, cancellationToken).ConfigureAwait(false)) - 1,
                CreateRevision = isOurs ? written!.CreateIndex : null,
                Ttl = ttl,
            };
        }
    }

    private KvException TooLarge(string key, ReadOnlyMemory<byte> value, string what) => new(
        KvErrorCode.QuotaExceeded,
        $"The value for '{key}' has {value.Length} bytes, too many for '{info.Address}' in {what}. Such a write is a transaction, whose request can have at most 512 KiB with its values in Base64. Split the value, or store it elsewhere and keep its location here.")
        { Key = key, Endpoint = info.Address };
}
