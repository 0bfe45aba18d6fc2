namespace Valkeyrie.Embedded.Storage;

/// <summary>Collects the pairs of one page.</summary>
internal sealed class PageBuilder(KvRangeQuery query)
{
    // The overhead of a pair in addition to its key and value, for the size of a page.
    private const int PairOverhead = 16;

    private readonly List<KvPair> _pairs = [];

    public IReadOnlyList<KvPair> Pairs => _pairs;

    public bool More { get; private set; }

    public long ByteCount { get; private set; }

    /// <summary>True if no pair fits any more. Call it only if another pair exists.</summary>
    public bool IsFull => _pairs.Count >= query.Limit && (More = true);

    public void Add(KeyCodec keys, ReadOnlySpan<byte> key, PairVersion version, byte[]? value)
    {
        ByteCount += key.Length + (value?.Length ?? 0) + PairOverhead;
        _pairs.Add(version.ToPair(keys.Decode(key), value));
    }

    /// <summary>Sorts the most recently created pairs first and applies a limit.</summary>
    public PageBuilder SortedNewestFirst(long? limit)
    {
        var sorted = _pairs.OrderByDescending(p => p.CreateRevision).ToList();
        _pairs.Clear();
        _pairs.AddRange(limit is { } most ? sorted.Take((int)Math.Min(most, int.MaxValue)) : sorted);
        More = _pairs.Count < sorted.Count;
        return this;
    }
}
