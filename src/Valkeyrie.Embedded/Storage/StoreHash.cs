using System.Buffers.Binary;
using System.Numerics;
using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>The hash of all pairs at a revision, together with a check of the file. Two copies of a store have the same hash at the same revision.</summary>
/// <param name="Value">The CRC-32C of the pairs in key order, with their revisions.</param>
/// <param name="Revision">The revision.</param>
/// <param name="CompactRevision">The oldest kept revision; null if the history is complete.</param>
internal readonly record struct StoreHash(uint Value, long Revision, long? CompactRevision)
{
    private const long PairsAtOnce = 1024;

    /// <summary>Computes the hash. Call it in one state.</summary>
    /// <exception cref="KvException">(<see cref="KvErrorCode.CorruptStore"/>) The file is damaged.</exception>
    public static StoreHash Of(PairReader reader, long? revision, CancellationToken cancellationToken)
    {
        var newest = reader.NewestRevision();
        var at = reader.CheckRevision(revision, newest, "");
        CheckFile(reader.Connection);
        var hash = uint.MaxValue;
        string? after = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = reader.Range(new KvRangeQuery(KvRange.All) { Revision = at, Limit = PairsAtOnce, After = after }, exactCount: false);
            foreach (var pair in page.Pairs)
            {
                hash = Add(hash, KeyText.Encode(pair.Key));
                hash = Add(hash, pair.GetBytes());
                hash = BitOperations.Crc32C(hash, (ulong)pair.Revision);
                hash = BitOperations.Crc32C(hash, (ulong)(pair.CreateRevision ?? 0));
                hash = BitOperations.Crc32C(hash, (ulong)(pair.Version ?? 0));
                after = pair.Key;
            }

            if (!page.More)
            {
                var oldest = reader.OldestRevision();
                return new StoreHash(~hash, at, oldest > Position.FirstRevision ? oldest : null);
            }
        }
    }

    private static uint Add(uint hash, ReadOnlySpan<byte> bytes)
    {
        hash = BitOperations.Crc32C(hash, (uint)bytes.Length);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            hash = BitOperations.Crc32C(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var one in bytes)
        {
            hash = BitOperations.Crc32C(hash, one);
        }

        return hash;
    }

    private static void CheckFile(Connection connection)
    {
        // One finding is enough: the file must be restored in any case.
        if (connection.Text("PRAGMA integrity_check(1)") is var found && found != "ok")
        {
            throw new KvException(KvErrorCode.CorruptStore, $"'{connection.File}' is damaged: SQLite reports '{found}'. Restore it from a snapshot.") { Endpoint = connection.File };
        }
    }
}
