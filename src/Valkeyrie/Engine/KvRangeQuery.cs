namespace Valkeyrie.Engine;

/// <summary>One page of a range, as a store with revisions is asked for it.</summary>
/// <param name="Range">Which keys.</param>
public sealed record KvRangeQuery(KvRange Range)
{
    /// <summary>What a read within a transaction asks for.</summary>
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

    /// <summary>The first revision after another one (<see cref="KvListOptions.ChangedSince"/>), as <see cref="MinRevision"/>; null for none.</summary>
    internal static long? FirstSince(long? revision) => revision is { } since ? Math.Min(since, long.MaxValue - 1) + 1 : null;

    /// <summary>Only keys after this one; null (the default) from the start.</summary>
    public string? After { get; init; }

    /// <summary>Only keys up to this one of the range, which is included; null (the default) to its end.</summary>
    public string? UpTo { get; init; }

    /// <summary>Only keys before this one; null (the default) to the end of the range.</summary>
    public string? Before { get; init; }

    /// <summary>Only pairs written at this revision or after; null (the default) for all. What <see cref="KvPage.Count"/> then counts is up to the engine.</summary>
    public long? MinRevision { get; init; }

    /// <summary>True for the order of keys from the last to the first. Not together with <see cref="NewestFirst"/>. Default: false.</summary>
    public bool Descending { get; init; }

    /// <summary>The most pairs, from 1; null (the default) for all.</summary>
    public long? Limit { get; init; }

    /// <summary>The revision to read at, from 1; null (the default) for the newest.</summary>
    public long? Revision { get; init; }

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

    /// <summary>Only pairs created at this revision or before; null (the default) for all.</summary>
    public long? MaxCreateRevision { get; init; }
}
