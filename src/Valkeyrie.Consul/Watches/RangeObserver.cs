using System.Runtime.CompilerServices;
using Valkeyrie.Consul.Calls;
using Valkeyrie.Consul.Keys;
using Valkeyrie.Engine;

namespace Valkeyrie.Consul.Watches;

/// <summary>Observes a range with blocking queries: each returns the range after its index has passed the known one.</summary>
/// <remarks>
/// <para>The index of a range is that of its last change, removals included, while the server remembers those (its tombstone_ttl, 15 minutes). Then the index
/// decreases, which does not indicate a change. The index of all keys never decreases, unless the store has another history, so it is checked when a range's
/// index decreases.</para>
/// <para>For a range that a URL path cannot contain, the query waits on the path above it, and a transaction reads the range.</para>
/// </remarks>
/// <param name="api">Makes the queries.</param>
/// <param name="places">Converts keys to the server's form.</param>
/// <param name="pairs">Converts entries to pairs.</param>
/// <param name="range">The range.</param>
/// <param name="info">The store.</param>
/// <param name="only">Selects the shown entries of a tree; null for all except the keys of held locks.</param>
internal sealed class RangeObserver(ConsulApi api, KeyPlaces places, Pairs pairs, KvRange range, KvStoreInfo info, Func<ConsulEntry, bool>? only = null)
    : IRangeObserver
{
    // Short enough to notice a silently lost server in about this time, and to keep proxies from closing the connection as idle.
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(50);

    private readonly string _stored = places.StoredOf(range);
    private readonly string? _path = KeyPlaces.PathOf(places.StoredOf(range));
    private long _index;
    private long _reached;

    private bool IsSingle => range.Kind == KvRangeKind.Key;

    public async ValueTask<IRangeState> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var known = _index;
            var opened = _path is null
                ? await OpenAfterSignalAsync(known, cancellationToken).ConfigureAwait(false)
                : await api.WaitAsync(_path, IsSingle ? null : "recurse", known, Wait, range, cancellationToken).ConfigureAwait(false);
            try
            {
                var index = _path is null ? _index : opened.Index;
                if (index == known && known > 0)
                {
                    // The wait ended before a change.
                    opened.Dispose();
                    continue;
                }

                if (index < _reached)
                {
                    await RequireSameHistoryAsync(cancellationToken).ConfigureAwait(false);
                }

                // An index is above 0; otherwise the next query would not wait.
                _index = Math.Max(1, index);
                _reached = Math.Max(_reached, index);
                return new State(this, opened, Math.Max(_reached, 1));
            }
            catch
            {
                opened.Dispose();
                throw;
            }
        }
    }

    public ValueTask<long> NewestRevisionAsync(CancellationToken cancellationToken) => api.NewestIndexAsync(places.Unused(), cancellationToken);

    public void Restart() => _index = 0;

    public void AcceptHistory() => (_index, _reached) = (0, 0);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<EntryStream> OpenAfterSignalAsync(long known, CancellationToken cancellationToken)
    {
        var above = KeyPlaces.PathAbove(_stored);
        _index = await api.WaitForIndexAsync(above, known, Wait, range, cancellationToken).ConfigureAwait(false);
        if (!IsSingle)
        {
            return await api.OpenTreeAsync(_stored, range, stale: false, values: true, cancellationToken).ConfigureAwait(false);
        }

        var entry = await api.GetAsync(_stored, range.Text, stale: false, cancellationToken).ConfigureAwait(false);
        return new EntryStream(_index, entry);
    }

    private async ValueTask RequireSameHistoryAsync(CancellationToken cancellationToken)
    {
        if (await NewestRevisionAsync(cancellationToken).ConfigureAwait(false) < _reached)
        {
            throw HistoryErrors.Changed($"The watch of {range}", range.Text, info.Address);
        }
    }

    private async IAsyncEnumerable<KvPair> ReadAsync(EntryStream opened, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await opened.NextAsync().ConfigureAwait(false) is { } entries)
        {
            foreach (var entry in entries)
            {
                if (!IsMeant(entry))
                {
                    continue;
                }

                _reached = Math.Max(_reached, entry.ModifyIndex);
                yield return await pairs.OfAsync(entry, keyOnly: false, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private bool IsMeant(ConsulEntry entry) => IsSingle
        ? entry.Key == _stored
        : entry.Key!.StartsWith(_stored, StringComparison.Ordinal) && (only?.Invoke(entry) ?? !Pairs.IsHidden(entry));

    private sealed class State(RangeObserver observer, EntryStream opened, long revision) : IRangeState
    {
        public long Revision => Math.Max(revision, observer._reached);

        public IAsyncEnumerable<KvPair> Pairs => observer.ReadAsync(opened);

        public ValueTask DisposeAsync()
        {
            opened.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
