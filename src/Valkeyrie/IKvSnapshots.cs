namespace Valkeyrie;

/// <summary>The capability to back up the whole store to one file.</summary>
public interface IKvSnapshots
{
    /// <summary>Writes a snapshot: the whole store at one revision, with history and leases, regardless of concurrent writes. A namespace does not limit
    /// it.</summary>
    /// <remarks>The format is the store's own. A snapshot of the embedded store is an SQLite file that you can open as a store; a snapshot of etcd is the
    /// database of one member, for <c>etcdutl snapshot restore</c>.</remarks>
    /// <param name="destination">The stream to write to. It is neither closed nor flushed to a disk. After an error, its content is unusable.</param>
    /// <param name="options">The callback for progress; null for none.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The revision and size of the snapshot.</returns>
    /// <exception cref="KvNotSupportedException">This kind of store does not support snapshots.</exception>
    /// <exception cref="IOException">Writing to the destination failed.</exception>
    ValueTask<KvSnapshot> SaveSnapshotAsync(Stream destination, KvSnapshotOptions? options = null, CancellationToken cancellationToken = default);
}

/// <summary>A written snapshot.</summary>
/// <param name="Revision">The revision of the store in the snapshot; null if not known, as on etcd during writes.</param>
/// <param name="Size">The size in bytes.</param>
public sealed record KvSnapshot(long? Revision, long Size);

/// <summary>Options of a snapshot.</summary>
public sealed record KvSnapshotOptions
{
    /// <summary>Called with the progress, on any thread, one call at a time. Default: null, no callback.</summary>
    public Action<KvSnapshotProgress>? Progress { get; init; }
}

/// <summary>The progress of a snapshot.</summary>
/// <param name="Written">The number of bytes written to the destination. The first byte can take a while, because some stores collect the snapshot
/// first.</param>
/// <param name="Total">The total number of bytes; 0 if not known yet.</param>
public readonly record struct KvSnapshotProgress(long Written, long Total);
