namespace Valkeyrie;

/// <summary>The first part of a mirror's watch: the existing pairs of the source, without the keys of contenders.</summary>
/// <param name="events">The watch, at its beginning.</param>
/// <param name="source">The source, for error messages.</param>
/// <param name="range">The watched range.</param>
/// <param name="elections">The elections of the source; null if it has none.</param>
/// <param name="mayBeEmpty">False if an empty tree is most likely a mistake.</param>
/// <param name="outage">Called with the reason when the source cannot be reached, and with null when it can again.</param>
internal sealed class MirroredListing(
    IAsyncEnumerator<KvEvent> events, KvStoreInfo source, KvRange range, IKvElections? elections, bool mayBeEmpty, Action<KvException?> outage)
{
    private KvPair? _newest;
    private long _keys;
    private long _contenders;

    /// <summary>The revision of the listing, after it has been read to its end.</summary>
    public long Revision { get; private set; }

    /// <summary>The witness that identifies the source's history; null for an empty tree.</summary>
    public KvHistoryWitness? Witness => _newest is null ? null : KvHistoryWitness.Of(_newest) with { SeenAt = Revision, Keys = _keys };

    /// <summary>Reads the pairs, in key order. Stops at the first change of the watch.</summary>
    /// <exception cref="KvCompactedException">The watch has started a new listing.</exception>
    /// <exception cref="KvInvalidArgumentException">The tree is empty, which is most likely a mistake.</exception>
    /// <exception cref="KvNotSupportedException">A change arrived before the end of the listing: the store does not support
    /// <see cref="KvWatchOptions.ListingEnds"/>.</exception>
    public async IAsyncEnumerable<KvPair> ReadAsync()
    {
        while (await events.MoveNextAsync().ConfigureAwait(false))
        {
            var current = events.Current;
            switch (current.Type)
            {
                case KvEventType.Existing:
                    // A witness counts the keys of contenders too, as the store's own count does.
                    _keys++;
                    if (elections?.IsContender(current.Pair) == true)
                    {
                        _contenders++;
                        break;
                    }

                    _newest = current.Revision > (_newest?.Revision ?? 0) ? current.Pair : _newest;
                    yield return current.Pair;
                    break;
                case KvEventType.Listed:
                    Revision = current.Revision;
                    if (_keys == _contenders && !mayBeEmpty)
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
