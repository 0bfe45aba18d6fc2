using Valkeyrie.Etcd.Calls;

namespace Valkeyrie.Etcd.V3;

/// <summary>Reads the messages of a watch's stream. A server sends each live change in a separate message. The changes that have arrived are
/// delivered together, so that the reader is called once for all of them.</summary>
/// <param name="stream">The stream.</param>
/// <param name="replies">Decodes the changes.</param>
/// <param name="asked">The watched keys.</param>
internal sealed class WatchReader(EtcdStream stream, Replies replies, RequestedKeys asked)
{
    private WatchMessage? _message;
    private bool _isAhead;
    private KvException? _failure;

    /// <summary>The bytes of the last message taken.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>True if the last message taken has undelivered changes.</summary>
    public bool HasChanges => !_isAhead && _message!.Left > 0;

    /// <summary>Waits for the next message.</summary>
    /// <exception cref="KvException">The stream broke.</exception>
    public async ValueTask ArriveAsync() => Bytes = _isAhead ? Bytes : await stream.ReadAsync().ConfigureAwait(false);

    /// <summary>Takes the message that has arrived.</summary>
    /// <exception cref="KvException">The message is malformed.</exception>
    public WatchMessage Take()
    {
        _message = _failure is not null ? throw _failure : _isAhead ? _message! : Read();
        _isAhead = false;
        return _message;
    }

    /// <summary>Decodes the next changes: those of the last message read, and of the messages after it that have arrived and contain only changes.</summary>
    /// <returns>At least one change. The changes of a revision stay together.</returns>
    /// <exception cref="KvException">The first change is malformed.</exception>
    public List<KvEvent> NextBatch()
    {
        List<KvEvent> batch = new(Math.Min(_message!.Left, WatchMessage.BatchLength));
        var whole = 0;
        try
        {
            while (Decode(batch) && batch.Count < WatchMessage.BatchLength && stream.TryRead(out var next))
            {
                whole = batch.Count;
                Bytes = next;
                _message = Read();
                if (!_message.HasChangesAlone)
                {
                    // It reports about the watch, so the changes before it are delivered first.
                    _isAhead = true;
                    break;
                }
            }
        }
        catch (KvException e) when (whole > 0)
        {
            // The changes before it are valid, and are delivered first.
            batch.RemoveRange(whole, batch.Count - whole);
            (_failure, _isAhead) = (e, true);
        }

        return batch;
    }

    private bool Decode(List<KvEvent> batch) =>
        stream.Parse(Bytes, (Reader: this, Batch: batch), static (bytes, to) => to.Reader._message!.FillBatch(bytes.Span, to.Reader.Replies, to.Reader.Asked, to.Batch));

    private Replies Replies => replies;

    private RequestedKeys Asked => asked;

    private WatchMessage Read() => stream.Parse(Bytes, static b => WatchMessage.Read(b.Span));
}
