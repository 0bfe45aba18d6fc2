namespace Valkeyrie.Engine;

/// <summary>The parts of a range that are still to be read, in key order, some of them on their way. Each is one request, limited to a page; what the limit
/// left out becomes a part of its own.</summary>
/// <remarks>A server that is asked for a limited page walks the whole rest of the range to count it, so pages that follow one another cost quadratically, and
/// none can be asked for before the last key of the one before it is known. Where a page tells how keys are spread (<see cref="KeyDistribution"/>), the rest is cut into
/// even parts of about a quarter of a page: each is walked once, and several are on their way together.</remarks>
internal sealed class RangePartitions : IAsyncDisposable
{
    // The first page is small, since nothing is known yet of the values' size; it sets the limit of those that follow.
    private const long FirstLimit = 512;
    private const long SmallestLimit = 16;
    private const long LargestLimit = 65_536;
    private const long PageBytes = 4 << 20;

    // Parts are smaller than pages, so that no processor of the server is left with a long last one, and so that a guess may be off; but fewer keys than
    // these are not worth a request of their own.
    private const long PartsOfPage = 4;
    private const long SmallestPart = 2048;

    // How far one guess may correct the next ones.
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

    /// <summary>Begins with the whole range as one part.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="query">What every request asks for alike, and where to begin.</param>
    /// <param name="limit">The most pairs that the caller wants; null for all.</param>
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
        if (page is { More: true, Pairs.Count: > 0 })
        {
            _parts.AddFirst(new Part(page.Pairs[^1].Key, part.UpTo, page.Count - page.Pairs.Count));
        }

        if (!IsEmpty)
        {
            Learn(part, page);
        }

        return page;
    }

    /// <summary>Asks for as many parts as the engine likes to have asked at once; for none once the caller has got all that it wants.</summary>
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
        // Whatever is written meanwhile, all pages show one revision.
        _query = _query.Revision is null || _query.History == 0
            ? _query with { Revision = _query.Revision ?? page.Revision, History = page.History }
            : _query;
        if (part.Wanted > 0)
        {
            _stretch *= Math.Clamp((double)part.Wanted / Math.Max(page.Count, 1), 1 / LargestCorrection, LargestCorrection);
        }

        if (page.Pairs.Count == 0)
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
        part.Page ??= _engine.RangeAsync(_query with { After = part.After, UpTo = part.UpTo, Limit = LimitOf(part) }, _ended.Token).AsTask();

    private long PartsOf(long count) => Math.Max(1, Math.Max(count / (PageLimit / PartsOfPage), Math.Min(count / SmallestPart, _atOnce)));

    private long PageLimit => _bytesEach == 0 ? FirstLimit : Math.Clamp(PageBytes / _bytesEach, SmallestLimit, LargestLimit);

    // A part that a guess has missed by far is requested again. A caller's limit does not count the keys of locks, so a page that reaches it may be followed by another.
    private long LimitOf(Part part) => Math.Min(part.Wanted > 0 ? Math.Min(2 * part.Wanted, PageLimit) : PageLimit, _left > 0 ? _left : FirstLimit);

    /// <summary>One part.</summary>
    /// <param name="after">The key that it begins behind; null for the beginning of the range.</param>
    /// <param name="upTo">The last key that it may hold; null for the end of the range.</param>
    /// <param name="count">How many keys it holds, as far as is known.</param>
    private sealed class Part(string? after, string? upTo, long count)
    {
        public string? After { get; } = after;

        public string? UpTo { get; set; } = upTo;

        public long Count { get; } = count;

        /// <summary>How many keys the guess expected in it; 0 without a guess.</summary>
        public long Wanted { get; set; }

        /// <summary>The answer, once it has been asked for.</summary>
        public Task<KvPage>? Page { get; set; }
    }
}
