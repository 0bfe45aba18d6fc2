using System.Text;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.V3;

/// <summary>A message of a watch. Its changes stay in the bytes that they came in and are decoded a batch at a time, as they are delivered: a
/// thousand decoded at once outlive the collector's first generation and cost more to collect than to read.</summary>
internal sealed class WatchMessage
{
    /// <summary>How many changes make a batch. A batch ends with the revision that reaches this many.</summary>
    public const int BatchLength = 32;

    // Servers before 3.5 say "permission denied" of every refusal, later ones name the cause.
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

    /// <summary>How many changes are yet to be delivered.</summary>
    public int Left => _undecoded + (_ahead is null ? 0 : 1);

    /// <summary>The server's word that the watch has been created.</summary>
    public bool Created { get; private set; }

    /// <summary>The store's revision when the message was sent.</summary>
    public long Revision => _revision;

    /// <summary>Why the server has ended the watch; empty if it does not say.</summary>
    public string Reason => _reason;

    /// <summary>True if the server has ended the watch.</summary>
    public bool Ended => _canceled;

    /// <summary>True if it ended the watch for want of a permission or of a valid token.</summary>
    public bool Denied => _canceled && DenialReasons.Any(r => _reason.Contains(r, StringComparison.OrdinalIgnoreCase));

    /// <summary>True if the message brings changes and says nothing about the watch.</summary>
    public bool HasChangesAlone => _undecoded > 0 && !Created && !_canceled && _compacted == 0;

    /// <summary>The revision to go on from after a message without changes: it says that nothing up to the server's revision is outstanding. The
    /// reply that a watch has been created says nothing of the kind: older changes may still be on their way.</summary>
    public long NextRevision { get; private set; }

    /// <summary>Reads all of a message but its changes.</summary>
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

    /// <summary>Sees that the server still has the revision that the watch goes on from.</summary>
    /// <param name="asked">That revision, for the error.</param>
    /// <param name="key">The watched key, for the error.</param>
    /// <param name="address">The server, for the error.</param>
    /// <exception cref="KvCompactedException">The server has that revision no longer.</exception>
    public void ThrowIfCompacted(long asked, string key, string address)
    {
        if (_compacted > 0)
        {
            throw new KvCompactedException(asked, _compacted, address, key);
        }
    }

    /// <summary>Decodes the next changes into a batch, until the batch is full or none is left. The changes of a revision stay together.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="replies">Decodes a change.</param>
    /// <param name="asked">The keys that are watched.</param>
    /// <param name="batch">The batch. It holds changes of earlier messages, or none.</param>
    /// <returns>False if the batch is full and changes are left.</returns>
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
