namespace Valkeyrie.Engine;

/// <summary>The query for one page of a range, to a store with revisions.</summary>
/// <param name="Range">The keys.</param>
public sealed record KvRangeQuery(KvRange Range)
{
    /// <summary>Converts a read of a transaction to a query.</summary>
    /// <param name="read">The operation.</param>
    public static KvRangeQuery Of(KvOperation.Read read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return new(read.Range)
        {
            Revision = read.Revision,
            Limit = read.Limit,
            KeysOnly = read.KeysOnly,
            CountOnly = read.CountOnly,
            NewestFirst = read.NewestFirst,
            MaxCreateRevision = read.MaxCreateRevision,
            Serializable = read.Serializable,
        };
    }

    /// <summary>Returns the first revision after another one (<see cref="KvListOptions.ChangedSince"/>), as <see cref="MinRevision"/>; null for none.</summary>
    internal static long? FirstSince(long? revision) => revision is { } since ? Math.Min(since, long.MaxValue - 1) + 1 : null;

    /// <summary>Returns only keys after this one. Default: null, from the start.</summary>
    public string? After { get; init; }

    /// <summary>Returns only keys up to and including this one. Default: null, to the end of the range.</summary>
    public string? UpTo { get; init; }

    /// <summary>Returns only keys before this one. Default: null, to the end of the range.</summary>
    public string? Before { get; init; }

    /// <summary>Returns only pairs written at this revision or later. The engine decides what <see cref="KvPage.Count"/> then counts. Default: null,
    /// all.</summary>
    public long? MinRevision { get; init; }

    /// <summary>True to return the last keys first. Cannot be combined with <see cref="NewestFirst"/>. Default: false.</summary>
    public bool Descending { get; init; }

    /// <summary>The maximum number of pairs, from 1. Default: null, all.</summary>
    public long? Limit { get; init; }

    /// <summary>True to allow an answer of several pages, regardless of <see cref="Limit"/>: the first page, with the others in
    /// <see cref="KvPage.Following"/>. An engine that cannot do this returns one page. Default: false.</summary>
    public bool Whole { get; init; }

    /// <summary>The revision to read at, from 1. Default: null, the newest.</summary>
    public long? Revision { get; init; }

    /// <summary>The required history of the answer, which <see cref="Revision"/> belongs to (<see cref="KvPage.History"/>). Default: 0, the store's present
    /// history.</summary>
    public long History { get; init; }

    /// <summary>True to omit the values. Default: false.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>True to return only the number of pairs. Default: false.</summary>
    public bool CountOnly { get; init; }

    /// <summary>True to let any member answer from its own state, which can be stale. Default: false.</summary>
    public bool Serializable { get; init; }

    /// <summary>True to return the most recently created pairs first instead of in key order. Default: false.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>Returns only pairs created at this revision or earlier. Default: null, all.</summary>
    public long? MaxCreateRevision { get; init; }
}
