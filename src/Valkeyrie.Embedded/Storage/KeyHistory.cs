namespace Valkeyrie.Embedded.Storage;

/// <summary>Reads the changes of one key, newest first. Each row of <c>history</c> contains the version that it replaced and the position of that version, so
/// the rows of a key form a chain, which ends at the first removed row.</summary>
internal static class KeyHistory
{
    private const int EnoughEvents = 64;
    private const long EnoughBytes = 1 << 20;

    private const string Replaced = "SELECT old_position, old_create_revision, old_version, old_lease, old_value FROM history WHERE position = ?1";

    /// <summary>Reads a batch of the changes. Call it in one state.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="key">The key.</param>
    /// <param name="after">The position of the last change that was read; 0 to begin.</param>
    /// <returns>The changes, and the position of the last one; 0 if no more follow.</returns>
    public static (IReadOnlyList<KvEvent> Events, long Last) Read(PairReader reader, string key, long after)
    {
        List<KvEvent> events = [];
        var bytes = 0L;
        var oldest = reader.OldestRevision();
        var next = after == 0 ? Newest(reader, key) : Before(reader, key, after, oldest);
        while (next is var (change, position))
        {
            events.Add(change);
            bytes += change.GetBytes().Length;
            if (events.Count >= EnoughEvents || bytes >= EnoughBytes)
            {
                return (events, position);
            }

            next = Before(reader, key, position, oldest);
        }

        return (events, 0);
    }

    private static (KvEvent Change, long Position)? Newest(PairReader reader, string key)
    {
        var self = Interval.Of(reader.Keys, KvRange.Key(key));
        var pair = reader.Walk("position, create_revision, version, lease, value", "pairs", self, "");
        try
        {
            if (pair.Step())
            {
                var version = PairVersion.Read(pair, 0);
                return (Put(key, version, reader.Value(pair, 4, version.Position)), version.Position);
            }
        }
        finally
        {
            pair.Reset();
        }

        return reader.Walk("position", "deleted", self, "").Scalar(0) is not 0 and var deleted ? (Delete(key, deleted), deleted) : null;
    }

    // The version replaced by the oldest revision belongs to a revision that can no longer be read.
    private static (KvEvent Change, long Position)? Before(PairReader reader, string key, long position, long oldest)
    {
        if (Position.RevisionOf(position) <= oldest)
        {
            return null;
        }

        var row = reader.Connection.Prepared(Replaced).Bind(1, position);
        try
        {
            if (!row.Step())
            {
                return null;
            }

            var old = PairVersion.Read(row, 0);
            if (old.Exists)
            {
                return (Put(key, old, reader.Value(row, 4, old.Position)), old.Position);
            }

            // No change precedes a key's first creation; a later creation follows a deletion, if that is still kept.
            return old.Position == 0 || old.Revision < oldest ? null : (Delete(key, old.Position), old.Position);
        }
        finally
        {
            row.Reset();
        }
    }

    private static KvEvent Put(string key, PairVersion version, byte[] value) => new() { Type = KvEventType.Put, Pair = version.ToPair(key, value) };

    private static KvEvent Delete(string key, long position) => new()
    {
        Type = KvEventType.Delete,
        Pair = new KvPair { Key = key, Revision = Position.RevisionOf(position) },
    };
}
