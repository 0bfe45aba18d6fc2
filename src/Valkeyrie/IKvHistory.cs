namespace Valkeyrie;

/// <summary>The capability to read older revisions of keys, until they are compacted.</summary>
public interface IKvHistory
{
    /// <summary>Streams the changes of one key, newest first, as far back as the store keeps them. The stream ends at compacted changes.</summary>
    /// <remarks>
    /// <para>Each change is a <see cref="KvEventType.Put"/> with the written pair, or a <see cref="KvEventType.Delete"/>. <see cref="KvEvent.Previous"/> is
    /// null: the previous pair is the next event of the stream. The stream covers every life of a key that was removed and created again, separated by its
    /// deletes, and also a key that does not exist now. The store decides how far compaction reaches: it compacts by revision, not by key.</para>
    /// <para>On etcd each version costs one read, made when you ask for the next event. Changes before the key's last creation cost more: the server searches
    /// all changes that it keeps. <see cref="KvHistoryOptions.SinceCreation"/> avoids this search.</para>
    /// </remarks>
    /// <param name="key">The key.</param>
    /// <param name="options">How far to go back; null for the whole history.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="KvKeyNotFoundException">The key does not exist and the store keeps no change of it.</exception>
    /// <exception cref="KvPermissionDeniedException">On etcd with users: the key does not exist, and the user may not read all keys. The search for changes of
    /// a missing key needs that permission.</exception>
    IAsyncEnumerable<KvEvent> HistoryAsync(string key, KvHistoryOptions? options = null, CancellationToken cancellationToken = default);
}

/// <summary>Options of a key's history.</summary>
public sealed record KvHistoryOptions
{
    /// <summary>True to end at the key's last creation. The stream is then empty for a key that does not exist now. Default: false.</summary>
    public bool SinceCreation { get; init; }
}
