using System.Text;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Changes a value by what it is: read, changed, and written only if nobody else wrote in between, else once more.</summary>
internal static class ValueChange
{
    /// <summary>Makes a change. The time that the key has to live stays, unless another is given.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="create">True to begin with an empty value where there is no key.</param>
    /// <param name="change">The new value, made of the one before.</param>
    /// <param name="ttl">The new time to live; null to keep what there is.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    /// <exception cref="KvKeyNotFoundException">There is no key, and none is to be created.</exception>
    public static async ValueTask<KvPair> MakeAsync(
        IKvStore store, string key, bool create, Func<byte[], ReadOnlyMemory<byte>> change, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = create
                ? await store.TryGetAsync(key, cancellationToken: cancellationToken).ConfigureAwait(false)
                : await store.GetAsync(key, cancellationToken: cancellationToken).ConfigureAwait(false);
            var options = ttl is not null || before is null ? new KvPutOptions { Ttl = ttl } : Lifetime(before);
            var result = await store.TryAtomicPutAsync(key, change(before?.Bytes ?? []), before?.Revision ?? 0, options, cancellationToken).ConfigureAwait(false);
            if (result.Written)
            {
                return result.Pair!;
            }
        }
    }

    /// <summary>The options that let a pair live as long elsewhere in its store.</summary>
    public static KvPutOptions Lifetime(KvPair pair) => pair.LeaseId is not null
        ? new KvPutOptions { LeaseId = pair.LeaseId }
        : new KvPutOptions { Ttl = pair.Ttl };

    /// <summary>A value with another behind it.</summary>
    public static ReadOnlyMemory<byte> Append(byte[] before, string separator, ReadOnlySpan<byte> value)
    {
        var between = before.Length == 0 || before[^1] == (byte)'\n' ? [] : Encoding.UTF8.GetBytes(separator);
        var whole = new byte[before.Length + between.Length + value.Length];
        before.CopyTo(whole, 0);
        between.CopyTo(whole, before.Length);
        value.CopyTo(whole.AsSpan(before.Length + between.Length));
        return whole;
    }
}
