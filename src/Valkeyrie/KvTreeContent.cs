using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>The content of a tree: its pairs in key order, and the common beginning of their keys that names the tree. Two trees are equal if they have the
/// same values at the same relative keys.</summary>
/// <remarks>The content of a store's tree omits the keys of contenders in elections (<see cref="IKvElections.IsContender"/>), and those of locks.</remarks>
/// <param name="Pairs">The pairs, in the order of <see cref="KeyOrder"/>. Each use reads them once.</param>
/// <param name="Root">The common beginning of all keys; empty for a whole store.</param>
public sealed record KvTreeContent(IAsyncEnumerable<KvPair> Pairs, string Root)
{
    /// <summary>Creates the content of a range of a store, at one revision.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The range.</param>
    /// <param name="options">Options of the listing; null for all pairs of the newest revision.</param>
    public static KvTreeContent Of(IKvStore store, KvRange range, KvListOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(range);
        var pairs = store.ListAsync(range, options);
        return new(ElectionsIn(store, range) is { } elections ? WithoutContendersAsync(pairs, elections) : pairs, range.Start);
    }

    /// <summary>Creates the content of a range for a long-running reader that also writes to the store. It is read at one revision while the store keeps that
    /// revision, then at the newest one. If an older revision is requested, it is the same as <see cref="Of"/>.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The range.</param>
    /// <param name="options">Options of the listing; null for all pairs of the newest revision.</param>
    /// <param name="moved">Called, on any thread, each time the revision is no longer kept and the listing continues at the newest one.</param>
    public static KvTreeContent OutlastingHistory(IKvStore store, KvRange range, KvListOptions? options = null, Action? moved = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(range);
        return new(ListOnAsync(store, range, options ?? new KvListOptions(), moved, ElectionsIn(store, range)), range.Start);
    }

    /// <summary>Creates the same content as <see cref="OutlastingHistory"/>, with the keys of contenders.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The range.</param>
    /// <param name="options">Options of the listing.</param>
    internal static KvTreeContent WithContenders(IKvStore store, KvRange range, KvListOptions options) =>
        new(ListOnAsync(store, range, options, moved: null, elections: null), range.Start);

    /// <summary>Returns the same content, but an empty one instead of an error if the directory does not exist.</summary>
    /// <param name="missing">Called, on any thread, if the directory does not exist.</param>
    public KvTreeContent OrEmpty(Action? missing = null) => this with { Pairs = Pairs.OrEmptyAsync(missing) };

    /// <summary>Returns the key of a pair, relative to <see cref="Root"/>.</summary>
    /// <param name="pair">One of the pairs.</param>
    public ReadOnlySpan<char> RelativeKeyOf(KvPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return pair.Key.AsSpan(Root.Length);
    }

    // A single key is read even if it is a contender's, as for locks.
    private static IKvElections? ElectionsIn(IKvStore store, KvRange range) =>
        range.Kind != KvRangeKind.Key && store.TryGetCapability<IKvElections>(out var elections) ? elections : null;

    private static async IAsyncEnumerable<KvPair> WithoutContendersAsync(
        IAsyncEnumerable<KvPair> pairs, IKvElections elections, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var pair in pairs.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (!elections.IsContender(pair))
            {
                yield return pair;
            }
        }
    }

    private static async IAsyncEnumerable<KvPair> ListOnAsync(
        IKvStore store, KvRange range, KvListOptions options, Action? moved, IKvElections? elections, [EnumeratorCancellation] CancellationToken cancellationToken = default)
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
                if (elections?.IsContender(pairs.Current) != true)
                {
                    yield return pairs.Current;
                }
            }
        }
    }
}
