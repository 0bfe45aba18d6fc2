using System.Text;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.V3;

/// <summary>A message of a watch. Its changes stay in the received bytes and are decoded in batches as they are delivered: a thousand changes decoded at once
/// survive the collector's first generation and cost more to collect than to read.</summary>
internal sealed class WatchMessage
{
    /// <summary>The number of changes in a batch. A batch ends with the revision that reaches this number.</summary>
    public const int BatchLength = 32;

    // Servers before 3.5 send "permission denied" for every refusal, later ones name the cause.
    private static readonly string[] DenialReasons = ["permission", "PermissionDenied", "Unauthenticated", "invalid auth token", "auth store is old", "user name is empty"];

    private bool _canceled;
    private string _reason = "";
    private long _revision;
    private long _compacted;
    private int _undecoded;
    private int _at;
    private KvEvent? _ahead;

    private WatchMessage()
    {
    }

    /// <summary>The number of changes that are not delivered yet.</summary>
    public int Left => _undecoded + (_ahead is null ? 0 : 1);

    /// <summary>True if the server reports that the watch has been created.</summary>
    public bool Created { get; private set; }

    /// <summary>The store's revision when the message was sent.</summary>
    public long Revision => _revision;

    /// <summary>The reason why the server has ended the watch; empty if not reported.</summary>
    public string Reason => _reason;

    /// <summary>True if the server has ended the watch.</summary>
    public bool Ended => _canceled;

    /// <summary>True if the server ended the watch because of a missing permission or an invalid token.</summary>
    public bool Denied => _canceled && DenialReasons.Any(r => _reason.Contains(r, StringComparison.OrdinalIgnoreCase));

    /// <summary>True if the message contains changes and no report about the watch.</summary>
    public bool HasChangesAlone => _undecoded > 0 && !Created && !_canceled && _compacted == 0;

    /// <summary>The revision to continue from after a message without changes, which proves that no change up to the server's revision is outstanding. The
    /// reply that a watch has been created does not prove this: older changes may still be under way.</summary>
    public long NextRevision { get; private set; }

    /// <summary>Reads a message without its changes.</summary>
    /// <param name="bytes">The message.</param>
    public static WatchMessage Read(ReadOnlySpan<byte> bytes)
    {
        var message = new WatchMessage();
        var reader = new WireReader(bytes);
        while (true)
        {
            var at = bytes.Length - reader.Left;
            if (!reader.Next())
            {
                break;
            }

            switch (reader.Field)
            {
                case WatchResponse.EventsFieldNumber:
                    reader.Bytes();
                    message._at = message._undecoded++ == 0 ? at : message._at;
                    break;
                case WatchResponse.HeaderFieldNumber: message._revision = Replies.HeaderRevision(reader.Bytes()); break;
                case WatchResponse.CreatedFieldNumber: message.Created = reader.Bool(); break;
                case WatchResponse.CanceledFieldNumber: message._canceled = reader.Bool(); break;
                case WatchResponse.CompactRevisionFieldNumber: message._compacted = reader.Int64(); break;
                case WatchResponse.CancelReasonFieldNumber: message._reason = Encoding.UTF8.GetString(reader.Bytes()); break;
                default: reader.Skip(); break;
            }
        }

        message.NextRevision = message.Left > 0 || message.Created || message._canceled ? 0 : message._revision + 1;
        return message;
    }

    /// <summary>Checks that the server still has the revision from which the watch continues.</summary>
    /// <param name="asked">The revision, for the error.</param>
    /// <param name="key">The watched key, for the error.</param>
    /// <param name="address">The server, for the error.</param>
    /// <exception cref="KvCompactedException">The server no longer has the revision.</exception>
    public void ThrowIfCompacted(long asked, string key, string address)
    {
        if (_compacted > 0)
        {
            throw new KvCompactedException(asked, _compacted, address, key);
        }
    }

    /// <summary>Decodes the next changes into a batch, until the batch is full or no changes remain. The changes of a revision stay together.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="replies">Decodes a change.</param>
    /// <param name="asked">The watched keys.</param>
    /// <param name="batch">The batch, which can already contain changes of earlier messages.</param>
    /// <returns>False if the batch is full and changes remain.</returns>
    public bool FillBatch(ReadOnlySpan<byte> bytes, Replies replies, RequestedKeys asked, List<KvEvent> batch)
    {
        var reader = new WireReader(bytes[_at..]);
        while (Left > 0)
        {
            var change = _ahead ?? DecodeNext(ref reader, replies, asked);
            _ahead = null;
            if (batch.Count >= BatchLength && change.Revision != batch[^1].Revision)
            {
                _ahead = change;
                _at = bytes.Length - reader.Left;
                return false;
            }

            batch.Add(change);
        }

        return true;
    }

    private KvEvent DecodeNext(ref WireReader reader, Replies replies, RequestedKeys asked)
    {
        while (reader.Next() && reader.Field != WatchResponse.EventsFieldNumber)
        {
            reader.Skip();
        }

        _undecoded--;
        return replies.Event(reader.Bytes(), asked);
    }
}
