using System.Runtime.CompilerServices;

namespace Valkeyrie.Etcd.V2;

/// <summary>A watch: the existing keys of a tree, then every change after the index at which they were read.</summary>
internal static class Watch
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(500);

    public static async IAsyncEnumerable<KvEvent> ReadAsync(
        KeysChannel channel, KeyTree tree, KvWatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changes = new ChangeReader(tree, options.PreviousValue);
        var from = options.FromRevision ?? 0;
        var resynchronizing = false;
        var isAway = false;
        while (true)
        {
            // Read in any case: the existing keys must be known when a directory is removed.
            var (opened, error) = await OpenAsync(channel, tree, mayBeAway: resynchronizing, cancellationToken).ConfigureAwait(false);
            if (opened is null)
            {
                if (options.Outages && !isAway)
                {
                    isAway = true;
                    yield return WatchEvents.Of(KvEventType.Outage, tree.Range, Math.Max(0, from - 1), error);
                }

                await Task.Delay(AwayPause, cancellationToken).ConfigureAwait(false);
                continue;
            }

            string clusterId;
            using (var reply = opened)
            {
                clusterId = reply.ClusterId;
                if (isAway)
                {
                    isAway = false;
                    yield return WatchEvents.Of(KvEventType.Resumed, tree.Range, reply.Index);
                }

                if (!resynchronizing && from > reply.Index + 1)
                {
                    (from, resynchronizing) = options.Resynchronize ? (0, true) : throw HistoryErrors.NotReached(tree.Range, from, reply.Index, channel.Info.Address);
                }

                if (resynchronizing)
                {
                    yield return WatchEvents.Of(KvEventType.Resync, tree.Range, reply.Index);
                }

                changes.Clear();
                var show = resynchronizing || (from == 0 && !options.ChangesOnly);
                while (await reply.NextAsync().ConfigureAwait(false) is { } pairs)
                {
                    foreach (var pair in pairs)
                    {
                        changes.Know(pair);
                        if (show)
                        {
                            yield return new KvEvent { Type = KvEventType.Existing, Pair = pair };
                        }
                    }
                }

                ThrowIfValue(channel, tree, reply, refuse: !resynchronizing);
                if (show && options.ListingEnds)
                {
                    yield return WatchEvents.Of(KvEventType.Listed, tree.Range, reply.Index);
                }

                from = from == 0 ? reply.Index + 1 : from;
            }

            var feed = new ChangeFeed(channel, tree.Watched(), options.Outages);
            var items = feed.ReadAsync(from, clusterId, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (items.ConfigureAwait(false))
            {
                while (await MoveNextUnlessMissedAsync(items, options, tree.Range, channel).ConfigureAwait(false))
                {
                    if (items.Current.Outage is { } outage)
                    {
                        isAway = outage.Type == KvEventType.Outage;
                        yield return outage;
                        continue;
                    }

                    foreach (var change in changes.Read(items.Current.Change!))
                    {
                        yield return change;
                    }
                }
            }

            from = 0;
            resynchronizing = true;
        }
    }

    /// <summary>Reads the tree. A repeated read survives an outage, as the watch survived the failure that made it miss changes: the result is then the reason
    /// instead of a tree.</summary>
    private static async ValueTask<(TreeReply? Reply, KvException? Away)> OpenAsync(
        KeysChannel channel, KeyTree tree, bool mayBeAway, CancellationToken cancellationToken)
    {
        var call = new KeysCall(HttpMethod.Get, tree.ReadTarget(serializable: false), tree.Range.Text);
        try
        {
            return (await channel.OpenTreeAsync(call, tree, keysOnly: false, cancellationToken, hideLocks: !tree.IsSingle).ConfigureAwait(false), null);
        }
        catch (KvException e) when (mayBeAway && e is KvTimeoutException or KvUnreachableException)
        {
            return (null, e);
        }
    }

    private static void ThrowIfValue(KeysChannel channel, KeyTree tree, TreeReply reply, bool refuse)
    {
        if (refuse && reply.IsValue && tree.Range.Kind == KvRangeKind.Directory)
        {
            throw KeysErrors.NotDirectory(
                tree.Range.Text, channel.Info, "It cannot be watched as a directory: watch the key, or remove it and create the directory first.");
        }
    }

    /// <summary>Reads the next change; false if changes were missed and everything must be read again.</summary>
    private static async ValueTask<bool> MoveNextUnlessMissedAsync(
        IAsyncEnumerator<FeedItem> items, KvWatchOptions options, KvRange range, KeysChannel channel)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false);
        }
        catch (KvHistoryChangedException) when (options.Resynchronize)
        {
            return false;
        }
        catch (WindowPassedException passed)
        {
            return options.FromRevision is null || options.Resynchronize
                ? false
                : throw new KvCompactedException(passed.FromIndex, null, channel.Info.Address, range.Text);
        }
    }
}
