namespace Valkeyrie.Engine;

/// <summary>One page of a range, as a store with revisions is asked for it.</summary>
/// <param name="Range">Which keys.</param>
public sealed record KvRangeQuery(KvRange Range)
{
    /// <summary>Only keys after this one; null (the default) from the start.</summary>
    public string? After { get; init; }

    /// <summary>Only keys up to this one of the range, which is included; null (the default) to its end.</summary>
    public string? UpTo { get; init; }

    /// <summary>The most pairs; 0 (the default) for all.</summary>
    public long Limit { get; init; }

    /// <summary>The revision to read at; 0 (the default) for the newest.</summary>
    public long Revision { get; init; }

    /// <summary>The history that <see cref="Revision"/> belongs to (<see cref="KvPage.History"/>), or that the answer must be of; 0 (the default) for
    /// whichever the store has now.</summary>
    public long History { get; init; }

    /// <summary>True to leave the values out. Default: false.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>True to give no pairs, only their count. Default: false.</summary>
    public bool CountOnly { get; init; }

    /// <summary>True to allow a stale answer. Default: false.</summary>
    public bool Serializable { get; init; }

    /// <summary>True to give the pairs created last first, instead of in key order. Default: false.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>Only pairs created at this revision or before; 0 (the default) for all.</summary>
    public long MaxCreateRevision { get; init; }
}

/// <summary>The answer to a <see cref="KvRangeQuery"/>.</summary>
/// <param name="Pairs">The pairs.</param>
/// <param name="More">True if the limit left pairs out.</param>
/// <param name="Count">How many pairs the range holds between the query's ends, whatever the limit. Where the limit left pairs out, a store that
/// would have to walk over them to count them may say one more than it gives.</param>
/// <param name="Revision">The store's newest revision when it answered.</param>
/// <param name="ByteCount">How many bytes the answer took, for choosing the next page's limit.</param>
public sealed record KvPage(IReadOnlyList<KvPair> Pairs, bool More, long Count, long Revision, long ByteCount) : IDisposable
{
    /// <summary>Which history the revision belongs to: a number of the engine's own, by which two can be told apart. 0 (the default) where it knows of
    /// one alone.</summary>
    public long History { get; init; }

    /// <summary>Gives back what the pairs may rest on; none may be asked for after it. A page that is not disposed is left to the collector.</summary>
    public void Dispose() => (Pairs as IDisposable)?.Dispose();
}
