using Valkeyrie.Engine.Http;

namespace Valkeyrie.Consul.Calls;

/// <summary>The entries of a tree, in key order, as they arrive.</summary>
internal sealed class EntryStream : IDisposable
{
    private readonly HttpAttempt? _attempt;
    private readonly ReplyBody? _body;
    private readonly EntryParser? _parser;
    private readonly ConsulEntry? _only;
    private string? _last;
    private bool _more;
    private bool _ended;

    /// <summary>Creates a stream of an entry that was already read, or of none.</summary>
    public EntryStream(long index, ConsulEntry? only = null)
    {
        Index = index;
        _only = only;
    }

    public EntryStream(HttpAttempt attempt, ReplyBody body, EntryParser parser, long index, bool more)
    {
        _attempt = attempt;
        _body = body;
        _parser = parser;
        Index = index;
        _more = more;
    }

    /// <summary>The index of the server's answer; 0 if it has none.</summary>
    public long Index { get; }

    /// <summary>Reads the next entries; null at the end. They are valid until the next call.</summary>
    public async ValueTask<IReadOnlyList<ConsulEntry>?> NextAsync()
    {
        if (_ended)
        {
            return null;
        }

        if (_parser is null)
        {
            _ended = true;
            return _only is null ? null : [_only];
        }

        if (_last is not null)
        {
            _parser.Entries.Clear();
        }

        while (_parser.Entries.Count == 0)
        {
            if (!_more)
            {
                _ended = true;
                return null;
            }

            _more = await _attempt!.ReadOnAsync(_body!).ConfigureAwait(false);
        }

        foreach (var entry in _parser.Entries)
        {
            if (_last is not null && KeyOrder.Compare(_last, entry.Key!) >= 0)
            {
                throw new KvUnreachableException(KvUnreachableReason.Protocol, $"{_attempt!.Endpoint.Name} lists keys that are not in order. Check host and port.")
                    { Endpoint = _attempt.Endpoint.Name };
            }

            _last = entry.Key;
        }

        return _parser.Entries;
    }

    public void Dispose()
    {
        _ended = true;
        _body?.Dispose();
        _attempt?.Dispose();
    }
}
