using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Lists in descending order on a store that returns keys only in ascending order: it reads the whole range and keeps the last pairs, up to the limit.
/// Without a limit the whole range would be in memory, so such a store does not support it.</summary>
public static class LastPairs
{
    /// <summary>Lists the last pairs of a listing, the last one first.</summary>
    /// <param name="options">The options, with <see cref="KvListOptions.Descending"/>.</param>
    /// <param name="store">The store.</param>
    /// <param name="list">Lists in ascending order.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="KvNotSupportedException">The options have no limit.</exception>
    public static async IAsyncEnumerable<KvPair> ListAsync(
        KvListOptions options, KvStoreInfo store, Func<KvListOptions, IAsyncEnumerable<KvPair>> list, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(list);
        if (options.Limit is not { } limit)
        {
            throw new KvNotSupportedException("a listing in descending order without a limit", store);
        }

        var pairs = list(options with { Descending = false, Limit = null, After = null });
        var last = new Queue<KvPair>();
        await foreach (var pair in (options.After is null ? pairs : pairs.OrEmptyAsync(missing: null, cancellationToken)).ConfigureAwait(false))
        {
            if (options.After is not null && KeyOrder.Compare(pair.Key, options.After) >= 0)
            {
                break;
            }

            last.Enqueue(pair);
            if (last.Count > limit)
            {
                last.Dequeue();
            }
        }

        foreach (var pair in last.Reverse())
        {
            yield return pair;
        }
    }
}
