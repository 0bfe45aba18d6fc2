namespace Valkeyrie.Embedded.Storage;

/// <summary>Gathers the pairs of one page.</summary>
internal sealed class PageBuilder(KvRangeQuery query)
{
    // What a pair takes beside its key and value, for the measure of a page.
    private const int PairOverhead = 16;

    private readonly List<KvPair> _pairs = [];

    public IReadOnlyList<KvPair> Pairs => _pairs;

    public bool More { get; private set; }

    public long ByteCount { get; private set; }

    /// <summary>True if no pair fits any more; asking says that there is one.</summary>
    public bool IsFull => _pairs.Count >= query.Limit && (More = true);

    public void Add(KeyCodec keys, ReadOnlySpan<byte> key, PairVersion version, byte[]? value)
    {
        ByteCount += key.Length + (value?.Length ?? 0) + PairOverhead;
        _pairs.Add(version.ToPair(keys.Decode(key), value));
    }

    /// <summary>Puts the pairs created last first and cuts to a limit.</summary>
    public PageBuilder SortedNewestFirst(long? limit)
    {
        var sorted = _pairs.OrderByDescending(p => p.CreateRevision).ToList();
        _pairs.Clear();
        _pairs.AddRange(limit is { } most ? sorted.Take((int)Math.Min(most, int.MaxValue)) : sorted);
        More = _pairs.Count < sorted.Count;
        return this;
    }
}
