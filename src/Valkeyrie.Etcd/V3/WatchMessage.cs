using System.Text;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.V3;

/// <summary>A message of a watch. Its changes are left in the bytes that they came in and decoded a batch at a time, as they are delivered: a
/// thousand replayed at once would outlive the collector's first generation and cost more to collect than to read.</summary>
internal sealed class WatchMessage
{
    // A batch ends with the revision that reaches this many changes.
    private const int BatchLength = 32;

    // Servers before 3.5 say "permission denied" of every refusal, later ones name the cause.
    private static readonly string[] DenialReasons = ["permission", "PermissionDenied", "Unauthenticated", "invalid auth token", "auth store is old", "user name is empty"];

    private readonly Queue<Range> _changes = [];
    private bool _canceled;
    private string _reason = "";
    private long _revision;
    private KvEvent? _ahead;

    private WatchMessage()
    {
    }

    /// <summary>How many changes are yet to be delivered.</summary>
    public int Left => _changes.Count + (_ahead is null ? 0 : 1);

    /// <summary>The server's word that the watch has been created.</summary>
    public bool Created { get; private set; }

    /// <summary>The store's revision when the message was sent.</summary>
    public long Revision => _revision;

    /// <summary>Why the server has ended the watch; empty where it does not say.</summary>
    public string Reason => _reason;

    /// <summary>True if the server has ended the watch.</summary>
    public bool Ended => _canceled;

    /// <summary>True if it ended the watch for want of a permission or of a valid token.</summary>
    public bool Denied => _canceled && DenialReasons.Any(r => _reason.Contains(r, StringComparison.OrdinalIgnoreCase));

    /// <summary>The revision to go on from after a message without changes: it says that nothing up to the server's revision is outstanding. The
    /// reply that a watch has been created says nothing of the kind: older changes may still be on their way.</summary>
    public long NextRevision { get; private set; }

    /// <summary>Reads all of a message but its changes.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="asked">The revision that the watch goes on from, for the error.</param>
    /// <param name="key">What is watched, for the error.</param>
    /// <param name="address">The server, for the error.</param>
    /// <exception cref="KvCompactedException">The server has that revision no longer.</exception>
    public static WatchMessage Read(ReadOnlySpan<byte> bytes, long asked, string key, string address)
    {
        var message = new WatchMessage();
        long compacted = 0;
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case WatchResponse.EventsFieldNumber: message.Add(reader.Bytes().Length, bytes.Length - reader.Left); break;
                case WatchResponse.HeaderFieldNumber: message._revision = Replies.HeaderRevision(reader.Bytes()); break;
                case WatchResponse.CreatedFieldNumber: message.Created = reader.Bool(); break;
                case WatchResponse.CanceledFieldNumber: message._canceled = reader.Bool(); break;
                case WatchResponse.CompactRevisionFieldNumber: compacted = reader.Int64(); break;
                case WatchResponse.CancelReasonFieldNumber: message._reason = Encoding.UTF8.GetString(reader.Bytes()); break;
                default: reader.Skip(); break;
            }
        }

        if (compacted > 0)
        {
            throw new KvCompactedException(asked, compacted, address, key);
        }

        message.NextRevision = message.Left > 0 || message.Created || message._canceled ? 0 : message._revision + 1;
        return message;
    }

    /// <summary>Decodes the next changes, all those of a revision together.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="replies">Decodes a change.</param>
    /// <param name="asked">The keys that are watched.</param>
    public IReadOnlyList<KvEvent> NextBatch(ReadOnlySpan<byte> bytes, Replies replies, RequestedKeys asked)
    {
        List<KvEvent> batch = [];
        while (Left > 0)
        {
            var change = _ahead ?? replies.Event(bytes[_changes.Dequeue()], asked);
            _ahead = null;
            if (batch.Count >= BatchLength && change.Revision != batch[^1].Revision)
            {
                _ahead = change;
                break;
            }

            batch.Add(change);
        }

        return batch;
    }

    private void Add(int length, int end) => _changes.Enqueue((end - length)..end);
}
