namespace Valkeyrie;

/// <summary>Stores that keep older revisions of their keys, until they are compacted.</summary>
public interface IKvHistory
{
    /// <summary>Streams the changes of one key, newest first, as far back as the store still has them: where the rest has been compacted the
    /// stream simply ends.</summary>
    /// <remarks>
    /// <para>Each change is a <see cref="KvEventType.Put"/> with the pair as it was written, or a <see cref="KvEventType.Delete"/>; none carries
    /// <see cref="KvEvent.Previous"/>, which is the next one of the stream. A key that was removed and created again has the changes of all its lives,
    /// separated by the deletes; so has a key that does not exist now. How far compaction reaches is up to the store: it forgets by revision, not by key.</para>
    /// <para>On etcd a version costs one read, made when it is asked for; what was before the key's last creation costs more: the
    /// server looks through all changes that it keeps. <see cref="KvHistoryOptions.SinceCreation"/> spares it that.</para>
    /// </remarks>
    /// <param name="key">The key.</param>
    /// <param name="options">How far to go; null for all of it.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="KvKeyNotFoundException">The key does not exist and nothing is kept of it.</exception>
    /// <exception cref="KvPermissionDeniedException">On etcd with users: the key does not exist, and the user may not read all keys, which is what
    /// it takes to know that nothing more will come of one that is not there.</exception>
    IAsyncEnumerable<KvEvent> HistoryAsync(string key, KvHistoryOptions? options = null, CancellationToken cancellationToken = default);
}

/// <summary>Options of a key's history.</summary>
public sealed record KvHistoryOptions
{
    /// <summary>True to end where the key was last created. A key that does not exist now has nothing then. Default: false.</summary>
    public bool SinceCreation { get; init; }
}
