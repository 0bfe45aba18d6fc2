using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>What a tree holds: its pairs in key order, and what their keys begin with that names the tree itself. Two trees are alike if they hold the same
/// under the rest of their keys.</summary>
/// <param name="Pairs">The pairs, in the order of <see cref="KeyOrder"/>. Read once for each use.</param>
/// <param name="Root">What every key begins with; empty for a whole store.</param>
public sealed record KvTreeContent(IAsyncEnumerable<KvPair> Pairs, string Root)
{
    /// <summary>What a range of a store holds, all at one revision.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The range.</param>
    /// <param name="options">Revision, start and the like; null for all pairs of the newest revision.</param>
    public static KvTreeContent Of(IKvStore store, KvRange range, KvListOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(range);
        return new(store.ListAsync(range, options), range.Start);
    }

    /// <summary>What a range of a store holds while that very store is written to for long: at one revision for as long as the store keeps that, and from
    /// there on at the then newest one. With an older revision asked for it is as <see cref="Of"/>.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The range.</param>
    /// <param name="options">Revision, start and the like; null for all pairs of the newest revision.</param>
    /// <param name="moved">Called, on any thread, each time the revision is no longer kept and the listing goes on at the newest one.</param>
    public static KvTreeContent OutlastingHistory(IKvStore store, KvRange range, KvListOptions? options = null, Action? moved = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(range);
        return new(ListOnAsync(store, range, options ?? new KvListOptions(), moved), range.Start);
    }

    /// <summary>The same, but where there is no such directory it holds nothing, instead of failing.</summary>
    /// <param name="missing">Called, on any thread, when there is none.</param>
    public KvTreeContent OrEmpty(Action? missing = null) => this with { Pairs = Pairs.OrEmptyAsync(missing) };

    /// <summary>The rest of a pair's key.</summary>
    /// <param name="pair">One of the pairs.</param>
    public ReadOnlySpan<char> RelativeKeyOf(KvPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return pair.Key.AsSpan(Root.Length);
    }

    private static async IAsyncEnumerable<KvPair> ListOnAsync(
        IKvStore store, KvRange range, KvListOptions options, Action? moved, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var pairs = store.ListAsync(range, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var _ = pairs.ConfigureAwait(false);
            while (true)
            {
                try
                {
                    if (!await pairs.MoveNextAsync().ConfigureAwait(false))
                    {
                        yield break;
                    }
                }
                catch (KvCompactedException) when (options.Revision is null)
                {
                    moved?.Invoke();
                    break;
                }

                options = options with { After = pairs.Current.Key };
                yield return pairs.Current;
            }
        }
    }
}
