namespace Valkeyrie.Engine;

/// <summary>The answer to a <see cref="KvRangeQuery"/>.</summary>
/// <param name="Pairs">The pairs.</param>
/// <param name="More">True if the limit left pairs out.</param>
/// <param name="Count">How many pairs the range holds between the query's ends, whatever the limit. Where the limit left pairs out, a store that
/// would have to walk over them to count them may say one more than it gives.</param>
/// <param name="Revision">The store's newest revision when it answered.</param>
/// <param name="ByteCount">How many bytes the answer took, for choosing the next page's limit.</param>
public sealed record KvPage(IReadOnlyList<KvPair> Pairs, bool More, long Count, long Revision, long ByteCount) : IDisposable
{
    /// <summary>Which history the revision belongs to: a number of the engine's own, that distinguishes two histories. 0 (the default) where it knows of
    /// one alone.</summary>
    public long History { get; init; }

    /// <summary>Gives back what the pairs may rest on; none may be asked for after it. A page that is not disposed is left to the collector.</summary>
    public void Dispose() => (Pairs as IDisposable)?.Dispose();
}
