namespace Valkeyrie.Etcd.V2;

/// <summary>The reply to the read of a tree: its keys, in order, as they arrive.</summary>
/// <remarks>The server sends a whole tree in one answer, sorted by directory: <c>a/x</c> before <c>a-b</c>, because <c>a</c> precedes <c>a-b</c>. This class
/// sorts the keys by their bytes. It keeps the keys of one directory directly below the top until the next entry of the top arrives, so memory contains the
/// largest of these directories, not the whole tree.</remarks>
internal sealed class TreeReply : IDisposable
{
    private readonly KeysAttempt? _attempt;
    private readonly ReplyBody? _body;
    private readonly ReplyParser? _parser;
    private string? _sortedUpTo;
    private bool _more;
    private bool _ended;

    public TreeReply(KeysReply refused)
    {
        Index = refused.Index;
        ClusterId = refused.ClusterId;
        Error = refused.Error;
        _ended = true;
    }

    public TreeReply(KeysAttempt attempt, ReplyBody body, ReplyParser parser, long index, string clusterId, bool more)
    {
        ClusterId = clusterId;
        _attempt = attempt;
        _body = body;
        _parser = parser;
        _more = more;
        Index = index;
    }

    /// <summary>The store's index at the read of the tree.</summary>
    public long Index { get; }

    /// <summary>The cluster that answered; empty if not reported.</summary>
    public string ClusterId { get; }

    /// <summary>The reason why there is no tree; null if there is one.</summary>
    public KeysError? Error { get; }

    /// <summary>True if the path is a key with a value. Read it at the end.</summary>
    public bool IsValue => _parser?.Node is { IsDirectory: false };

    /// <summary>Reads the next keys; null at the end.</summary>
    public async ValueTask<IReadOnlyList<KvPair>?> NextAsync()
    {
        while (!_ended)
        {
            if (!_more)
            {
                _ended = true;
                Sort();
                return _parser!.Pairs;
            }

            if (TakeOrdered() is { } ordered)
            {
                return ordered;
            }

            _more = await _attempt!.ReadOnAsync(_body!, _parser!).ConfigureAwait(false);
        }

        return null;
    }

    public void Dispose()
    {
        _ended = true;
        _body?.Dispose();
        _attempt?.Dispose();
    }

    /// <summary>Takes the keys that no later key can precede; null if there are none.</summary>
    private List<KvPair>? TakeOrdered()
    {
        var pairs = _parser!.Pairs;
        if (_parser.ReachedKey is not { } reached || reached == _sortedUpTo || pairs.Count == 0)
        {
            return null;
        }

        _sortedUpTo = reached;
        Sort();
        var count = pairs.Count;
        while (count > 0 && KeyOrder.Compare(pairs[count - 1].Key, reached) >= 0)
        {
            count--;
        }

        if (count == 0)
        {
            return null;
        }

        var ordered = pairs.GetRange(0, count);
        pairs.RemoveRange(0, count);
        return ordered;
    }

    private void Sort()
    {
        var pairs = _parser!.Pairs;
        for (var i = 1; i < pairs.Count; i++)
        {
            if (KeyOrder.Compare(pairs[i - 1].Key, pairs[i].Key) > 0)
            {
                pairs.Sort(static (a, b) => KeyOrder.Compare(a.Key, b.Key));
                return;
            }
        }
    }
}
