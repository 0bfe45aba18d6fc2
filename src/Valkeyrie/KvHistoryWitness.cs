namespace Valkeyrie;

/// <summary>A key and a revision that identify the history of a store.</summary>
/// <param name="Key">The key.</param>
/// <param name="Revision">The revision at which the key was written or removed.</param>
public sealed record KvHistoryWitness(string Key, long Revision)
{
    /// <summary>A later revision at which the key was still unchanged. Default: <see cref="Revision"/>.</summary>
    public long SeenAt { get; init; } = Revision;

    /// <summary>True if the key was removed at <see cref="Revision"/>. Default: false, the key was written.</summary>
    public bool IsRemoved { get; init; }

    /// <summary>The revision at which the key was created; null if not known.</summary>
    public long? CreateRevision { get; init; }

    /// <summary>The number of writes of the key since its creation; null if not known.</summary>
    public long? Version { get; init; }

    /// <summary>The number of keys in the range at <see cref="SeenAt"/>; null if not known.</summary>
    public long? Keys { get; init; }

    /// <summary>Creates a witness from a written pair.</summary>
    /// <param name="pair">The pair.</param>
    internal static KvHistoryWitness Of(KvPair pair) => new(pair.Key, pair.Revision) { CreateRevision = pair.CreateRevision, Version = pair.Version };

    /// <summary>Creates a witness from a change.</summary>
    /// <param name="change">A write or a removal.</param>
    internal static KvHistoryWitness Of(KvEvent change) =>
        change.Type == KvEventType.Delete ? new(change.Key, change.Revision) { IsRemoved = true } : Of(change.Pair);

    /// <summary>Checks whether a store has the history of this witness.</summary>
    /// <param name="store">A store with <see cref="IKvHistory"/>.</param>
    /// <param name="range">The range whose keys <see cref="Keys"/> counts.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>True or false; null if the store no longer keeps the changes that would show it.</returns>
    /// <exception cref="KvException">The store did not answer, or refused the read.</exception>
    public async ValueTask<bool?> HoldsAsync(IKvStore store, KvRange range, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(range);
        try
        {
            return IsRemoved
                ? await ExistsAsync(store, Revision - 1, cancellationToken).ConfigureAwait(false) && !await ExistsAsync(store, Revision, cancellationToken).ConfigureAwait(false)
                : await IsAsWrittenAsync(store, cancellationToken).ConfigureAwait(false)
                    && (Keys is null || Keys == await CountAsync(store, range, cancellationToken).ConfigureAwait(false));
        }
        catch (KvCompactedException)
        {
            return null;
        }
        catch (KvException e) when (e is KvHistoryChangedException or KvInvalidArgumentException)
        {
            // The store has not reached that revision.
            return false;
        }
    }

    private ValueTask<bool> ExistsAsync(IKvStore store, long revision, CancellationToken cancellationToken) =>
        store.ExistsAsync(Key, new KvReadOptions { Revision = revision }, cancellationToken);

    private async ValueTask<bool> IsAsWrittenAsync(IKvStore store, CancellationToken cancellationToken)
    {
        // If the key was not written since, its current pair proves the history even after compaction.
        var now = await store.TryGetAsync(Key, null, cancellationToken).ConfigureAwait(false);
        return IsIt(now) || IsIt(await store.TryGetAsync(Key, new KvReadOptions { Revision = SeenAt }, cancellationToken).ConfigureAwait(false));
    }

    private bool IsIt(KvPair? pair) => pair is not null && pair.Revision == Revision
        && (CreateRevision is null || CreateRevision == pair.CreateRevision) && (Version is null || Version == pair.Version);

    private async ValueTask<long> CountAsync(IKvStore store, KvRange range, CancellationToken cancellationToken)
    {
        try
        {
            return await store.CountAsync(range, new KvReadOptions { Revision = SeenAt }, cancellationToken).ConfigureAwait(false);
        }
        catch (KvKeyNotFoundException)
        {
            return 0;
        }
    }
}
