namespace Valkeyrie;

/// <summary>Stores that can write all they hold to one file, from which they can be restored.</summary>
public interface IKvSnapshots
{
    /// <summary>Writes a snapshot: the whole store at one revision, history and leases included, whatever is written meanwhile. A namespace does not bound it.</summary>
    /// <remarks>The bytes are in the store's own format: a file of SQLite of the embedded store, which can be opened as it is; of etcd
    /// the database of one member, for <c>etcdutl snapshot restore</c>.</remarks>
    /// <param name="destination">Where to write it. It is neither closed nor flushed to a disk. What was written by the time of an error is of no use.</param>
    /// <param name="options">The callback for progress; null for none.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="KvNotSupportedException">This kind of store has no snapshots.</exception>
    /// <exception cref="IOException">The destination cannot be written.</exception>
    ValueTask<KvSnapshot> SaveSnapshotAsync(Stream destination, KvSnapshotOptions? options = null, CancellationToken cancellationToken = default);
}

/// <summary>A snapshot that was written.</summary>
/// <param name="Revision">The revision that it shows the store at; null where it is not known, as of etcd while somebody writes.</param>
/// <param name="Size">Its size in bytes.</param>
public sealed record KvSnapshot(long? Revision, long Size);

/// <summary>Options of a snapshot.</summary>
public sealed record KvSnapshotOptions
{
    /// <summary>Called with the progress, on any thread and one call at a time; null (the default): nothing is called.</summary>
    public Action<KvSnapshotProgress>? Progress { get; init; }
}

/// <summary>How far a snapshot is.</summary>
/// <param name="Written">How many bytes were written to the destination. The first may take a while: some stores collect the snapshot before.</param>
/// <param name="Total">How many there will be; 0 where that is not known yet.</param>
public readonly record struct KvSnapshotProgress(long Written, long Total);
