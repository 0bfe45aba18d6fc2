using System.Runtime.CompilerServices;

namespace Valkeyrie.Etcd.V2;

/// <summary>A watch: the keys of a tree as they are, then every change after the index at which they were read.</summary>
internal static class Watch
{
    public static async IAsyncEnumerable<KvEvent> ReadAsync(
        KeysChannel channel, KeyTree tree, KvWatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var feed = new ChangeFeed(channel, tree.WaitTarget(), tree.Range.Text);
        var changes = new ChangeReader(tree, options.PreviousValue);
        var from = options.FromRevision;
        var resynchronizing = false;
        while (true)
        {
            // Read in any case: which keys there are must be known when a directory goes.
            using (var reply = await OpenAsync(channel, tree, cancellationToken).ConfigureAwait(false))
            {
                if (resynchronizing)
                {
                    yield return new KvEvent { Type = KvEventType.Resync, Pair = new KvPair { Key = tree.Range.Text, KeyOnly = true, Revision = reply.Index } };
                }

                changes.Clear();
                var show = resynchronizing || (from == 0 && !options.ChangesOnly);
                while (await reply.NextAsync().ConfigureAwait(false) is { } pairs)
                {
                    foreach (var pair in pairs)
                    {
                        if (changes.IsHidden(pair.Key))
                        {
                            continue;
                        }

                        changes.Know(pair);
                        if (show)
                        {
                            yield return new KvEvent { Type = KvEventType.Existing, Pair = pair };
                        }
                    }
                }

                ThrowIfValue(channel, tree, reply, refuse: !resynchronizing);
                from = from == 0 ? reply.Index + 1 : from;
            }

            var events = feed.ReadAsync(from, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (events.ConfigureAwait(false))
            {
                while (await MoveNextUnlessPassedAsync(events, options, tree.Range, channel).ConfigureAwait(false))
                {
                    foreach (var change in changes.Read(events.Current))
                    {
                        yield return change;
                    }
                }
            }

            from = 0;
            resynchronizing = true;
        }
    }

    private static ValueTask<TreeReply> OpenAsync(KeysChannel channel, KeyTree tree, CancellationToken cancellationToken)
    {
        var call = new KeysCall(HttpMethod.Get, tree.ReadTarget(serializable: false), tree.Range.Text);
        return channel.OpenTreeAsync(call, tree, keysOnly: false, cancellationToken);
    }

    private static void ThrowIfValue(KeysChannel channel, KeyTree tree, TreeReply reply, bool refuse)
    {
        if (refuse && reply.IsValue && tree.Range.Kind == KvRangeKind.Directory)
        {
            throw new KvNotDirectoryException(tree.Range.Text, channel.Info.Address);
        }
    }

    /// <summary>The next change; false where the window has passed and all is to be read again.</summary>
    private static async ValueTask<bool> MoveNextUnlessPassedAsync(
        IAsyncEnumerator<KeysReply> events, KvWatchOptions options, KvRange range, KeysChannel channel)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (WindowPassedException passed)
        {
            return options.FromRevision == 0 || options.Resynchronize
                ? false
                : throw new KvCompactedException(passed.FromIndex, 0, channel.Info.Address, range.Text);
        }
    }
}
