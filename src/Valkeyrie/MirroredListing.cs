namespace Valkeyrie;

/// <summary>The first part of a mirror's watch: what the source holds.</summary>
/// <param name="events">The watch, at its beginning.</param>
/// <param name="source">The source, as errors name it.</param>
/// <param name="range">What is watched.</param>
/// <param name="mayBeEmpty">False if an empty tree is most likely a mistake.</param>
/// <param name="outage">Called with the reason when the source is away, and with null when it is back.</param>
internal sealed class MirroredListing(IAsyncEnumerator<KvEvent> events, KvStoreInfo source, KvRange range, bool mayBeEmpty, Action<KvException?> outage)
{
    private KvPair? _newest;
    private long _keys;

    /// <summary>The revision of the listing, once it has been read to its end.</summary>
    public long Revision { get; private set; }

    /// <summary>What tells the source's history from another one; null for an empty tree.</summary>
    public KvHistoryWitness? Witness => _newest is null ? null : KvHistoryWitness.Of(_newest) with { SeenAt = Revision, Keys = _keys };

    /// <summary>The pairs, in key order. Leaves the watch at its first change.</summary>
    /// <exception cref="KvCompactedException">The listing has started again.</exception>
    /// <exception cref="KvInvalidArgumentException">There are none, and that is most likely a mistake.</exception>
    /// <exception cref="KvNotSupportedException">A change comes before the listing has ended: the store does not know <see cref="KvWatchOptions.ListingEnds"/>.</exception>
    public async IAsyncEnumerable<KvPair> ReadAsync()
    {
        while (await events.MoveNextAsync().ConfigureAwait(false))
        {
            var current = events.Current;
            switch (current.Type)
            {
                case KvEventType.Existing:
                    _keys++;
                    _newest = current.Revision > (_newest?.Revision ?? 0) ? current.Pair : _newest;
                    yield return current.Pair;
                    break;
                case KvEventType.Listed:
                    Revision = current.Revision;
                    if (_keys == 0 && !mayBeEmpty)
                    {
                        throw new KvInvalidArgumentException(
                            $"There are no keys in {range} of {source.Address}, so a mirror that prunes would empty its destination. Check the spelling, or mirror without pruning first.")
                        { ParamName = nameof(KvTreeMirrorOptions.Prune), Key = range.Text };
                    }

                    yield break;
                case KvEventType.Outage or KvEventType.Resumed:
                    outage(current.Error);
                    break;
                case KvEventType.Resync:
                    throw new KvCompactedException(current.Revision, null, source.Address, range.Text);
                default:
                    throw new KvNotSupportedException("reporting where the listing of a watch ends", source);
            }
        }

        throw new KvStoreClosedException(source.Address);
    }
}
