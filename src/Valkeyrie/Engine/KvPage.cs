namespace Valkeyrie.Engine;

/// <summary>The answer to a <see cref="KvRangeQuery"/>.</summary>
/// <param name="Pairs">The pairs.</param>
/// <param name="More">True if the limit left pairs out.</param>
/// <param name="Count">The number of pairs between the query's bounds, regardless of the limit. If the limit omitted pairs, a store that would have to count
/// them one by one may return one more than the number of returned pairs.</param>
/// <param name="Revision">The store's newest revision when it answered.</param>
/// <param name="ByteCount">The size of the answer in bytes, for choosing the next page's limit.</param>
public sealed record KvPage(IReadOnlyList<KvPair> Pairs, bool More, long Count, long Revision, long ByteCount) : IDisposable
{
    /// <summary>The history that the revision belongs to, as the engine numbers it. Default: 0, for an engine with only one history.</summary>
    public long History { get; init; }

    /// <summary>The pages that follow in the same answer, if <see cref="KvRangeQuery.Whole"/> allowed several. Read or dispose them; <see cref="Dispose"/> does not.
    /// Default: null, none.</summary>
    public IFollowingPages? Following { get; init; }

    /// <summary>Releases the memory behind the pairs; do not use them afterwards. The garbage collector frees a page that is not disposed.</summary>
    public void Dispose() => (Pairs as IDisposable)?.Dispose();
}
