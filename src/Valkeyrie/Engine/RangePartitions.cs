namespace Valkeyrie.Engine;

/// <summary>The parts of a range that remain to be read, in key order; some of them are requested already. Each part is one request, limited to a page; if the
/// limit omits keys, they become another part.</summary>
/// <remarks>A server walks the whole rest of the range to count it for every limited page, so consecutive pages cost quadratic time, and a page cannot be
/// requested before the last key of the previous one is known. If a page shows how keys are distributed (<see cref="KeyDistribution"/>), the rest is divided
/// into equal parts of about a quarter of a page, or of a page if pairs are large: each is walked once, and several are read concurrently. The answer to a part of
/// large pairs can be a stream of pages (<see cref="KvRangeQuery.Whole"/>), so an estimate that is too low costs no further request.</remarks>
internal sealed class RangePartitions : IAsyncDisposable
{
    // The first page is small, because the values' size is not known yet; it determines the limit of the following ones.
    private const long FirstLimit = 512;
    private const long SmallestLimit = 16;
    private const long LargestLimit = 65_536;
    private const long PageBytes = 4 << 20;

    // Parts are smaller than pages, so that the load spreads over the server's processors, and estimates may be inaccurate; but fewer keys than this are not
    // worth a separate request.
    private const long PartsOfPage = 4;
    private const long SmallestPart = 2048;

    // Larger pairs are few, and their bytes determine the cost: a part is a whole page, and its answer can be a stream.
    private const long LargePairBytes = 2048;

    // The largest correction of later estimates by one estimate.
    private const double LargestCorrection = 4;

    private readonly IRevisionedEngine _engine;
    private readonly CancellationTokenSource _ended;
    private readonly LinkedList<Part> _parts = new();
    private readonly int _atOnce;
    private KvRangeQuery _query;
    private long _left;
    private long _bytesEach;
    private KeyDistribution? _spread;
    private double _stretch = 1;

    /// <summary>Starts with the whole range as one part.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="query">The properties that all requests share, and the start.</param>
    /// <param name="limit">The caller's limit of pairs; null for all.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public RangePartitions(IRevisionedEngine engine, KvRangeQuery query, long? limit, CancellationToken cancellationToken)
    {
        _engine = engine;
        _query = query;
        _left = limit ?? long.MaxValue;

        // With a limit, pages are requested one after another: the server must not send the keys after them.
        _atOnce = limit is null ? engine.PagesAtOnce : 1;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _parts.AddFirst(new Part(query.After, null, 0));
    }

    public bool IsEmpty => _parts.Count == 0;

    /// <summary>Reads the first part.</summary>
    public async ValueTask<KvPage> TakeAsync()
    {
        var part = _parts.First!.Value;
        Start(part);
        var page = await part.Page!.ConfigureAwait(false);
        _parts.RemoveFirst();
        _left -= page.Pairs.Count;
        if (page.Following is { } following)
        {
            _parts.AddFirst(part.Follow(page, following));
        }
        else if (page is { More: true, Pairs.Count: > 0 })
        {
            _parts.AddFirst(new Part(page.Pairs[^1].Key, part.UpTo, page.Count - page.Pairs.Count));
        }

        if (!IsEmpty)
        {
            Learn(part, page);
        }

        return page;
    }

    /// <summary>Requests as many parts as the engine allows at once; none if the caller's limit is reached.</summary>
    public void ReadAhead()
    {
        var underWay = _parts.Count(p => p.Page is not null);
        for (var node = _parts.First; node is not null && underWay < _atOnce && _left > 0; node = node.Next)
        {
            if (node.Value.Page is null)
            {
                Cut(node);
                Start(node.Value);
                underWay++;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RangeReader.EndAsync(_parts.Select(p => p.Page).OfType<Task<KvPage>>(), _ended).ConfigureAwait(false);
        _ended.Dispose();
    }

    private void Learn(Part part, KvPage page)
    {
        // All pages have one revision, regardless of concurrent writes.
        _query = _query.Revision is null || _query.History == 0
            ? _query with { Revision = _query.Revision ?? page.Revision, History = page.History }
            : _query;
        if (part.Wanted > 0 && page.Following is null)
        {
            _stretch *= Math.Clamp((double)part.Wanted / Math.Max(part.Received + page.Count, 1), 1 / LargestCorrection, LargestCorrection);
        }

        // The first pages of a stream are too short to tell much.
        if (page.Pairs.Count == 0 || (page.Following is not null && page.Pairs.Count < FirstLimit && _bytesEach > 0))
        {
            return;
        }

        _bytesEach = Math.Max(1, page.ByteCount / page.Pairs.Count);
        _spread = _atOnce == 1 ? null : KeyDistribution.Of(_query.Range.Start, page.Pairs) ?? _spread;
    }

    private void Cut(LinkedListNode<Part> node)
    {
        var part = node.Value;
        var wanted = part.Count / PartsOf(part.Count);
        if (wanted == part.Count)
        {
            return;
        }

        if (_spread?.Behind(part.After!, wanted * _stretch) is not { } cut)
        {
            // A correction that leads out of the range belongs to another part of it.
            _stretch = 1;
            return;
        }

        if (part.UpTo is null || KeyOrder.Compare(cut, part.UpTo) < 0)
        {
            _parts.AddAfter(node, new Part(cut, part.UpTo, part.Count - wanted));
            part.UpTo = cut;
            part.Wanted = wanted;
        }
    }

    private void Start(Part part) =>
        part.Page ??= _engine.RangeAsync(_query with { After = part.After, UpTo = part.UpTo, Limit = LimitOf(part), Whole = HasLargePairs }, _ended.Token).AsTask();

    private long PartsOf(long count) => Math.Max(1, Math.Max(count / (HasLargePairs ? PageLimit : PageLimit / PartsOfPage), Math.Min(count / SmallestPart, _atOnce)));

    private bool HasLargePairs => _atOnce > 1 && _bytesEach >= LargePairBytes;

    private long PageLimit => _bytesEach == 0 ? FirstLimit : Math.Clamp(PageBytes / _bytesEach, SmallestLimit, LargestLimit);

    // A part far from its estimate is requested again. A caller's limit does not count lock keys, so another page may follow the one that reaches the limit.
    private long LimitOf(Part part) => Math.Min(part.Wanted > 0 ? Math.Min(2 * part.Wanted, PageLimit) : PageLimit, _left > 0 ? _left : FirstLimit);

    /// <summary>A part of the range.</summary>
    /// <param name="after">The key before the part; null for the beginning of the range.</param>
    /// <param name="upTo">The last possible key of the part; null for the end of the range.</param>
    /// <param name="count">The number of keys, as far as it is known.</param>
    private sealed class Part(string? after, string? upTo, long count)
    {
        public string? After { get; } = after;

        public string? UpTo { get; set; } = upTo;

        public long Count { get; } = count;

        /// <summary>The estimated number of keys; 0 without an estimate.</summary>
        public long Wanted { get; set; }

        /// <summary>The number of its keys in earlier pages of the same answer.</summary>
        public long Received { get; private init; }

        /// <summary>The pending answer, once requested.</summary>
        public Task<KvPage>? Page { get; set; }

        /// <summary>Returns the rest of the part after a page of its answer, requested already.</summary>
        public Part Follow(KvPage page, IFollowingPages following) =>
            new(page.Pairs.Count > 0 ? page.Pairs[^1].Key : After, UpTo, Math.Max(Count - page.Pairs.Count, 0))
            {
                Wanted = Wanted,
                Received = Received + page.Pairs.Count,
                Page = following.ReadAsync(),
            };
    }
}
