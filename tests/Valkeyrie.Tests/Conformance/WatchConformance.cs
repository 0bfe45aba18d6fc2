namespace Valkeyrie.Tests.Conformance;

/// <summary>The events of a watch.</summary>
public abstract class WatchConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Fact]
    public async Task A_watch_gives_the_pair_as_it_is_and_then_every_change_in_order()
    {
        Require(p => p.EveryChange);
        var existing = await Store.PutAsync(At("a"), "0");
        await using var watching = RunningWatch.Key(Store, At("a"));
        var first = await watching.NextAsync();
        Assert.Equal((KvEventType.Existing, At("a"), "0", existing.Revision), (first.Type, first.Key, first.Value, first.Revision));

        var put = await Store.PutAsync(At("a"), "1");
        await Store.DeleteAsync(At("a"));
        var again = await Store.PutAsync(At("a"), "2");

        var changes = await watching.NextAsync(3);
        Assert.Equal([(KvEventType.Put, "1"), (KvEventType.Delete, ""), (KvEventType.Put, "2")], changes.Select(c => (c.Type, c.Value)));
        Assert.Equal(put.Revision, changes[0].Revision);
        Assert.InRange(changes[1].Revision, put.Revision + 1, again.Revision - 1);
        Assert.Equal(again.Revision, changes[2].Revision);
    }

    [Fact]
    public async Task A_watch_that_is_asked_to_tells_where_what_exists_ends()
    {
        var options = new KvWatchOptions { ListingEnds = true };
        await using var empty = RunningWatch.Tree(Store, At("none"), options);
        var end = await empty.NextAsync();
        Assert.Equal((KvEventType.Listed, At("none")), (end.Type, end.Key));

        string[] keys = [At("d-e"), At("d/a"), At("d/a-b"), At("d/a/b"), At("d/b"), At("e")];
        keys = [.. Promises.ValuesOnDirectories ? keys : keys.Where(k => k != At("d/a"))];
        foreach (var key in keys)
        {
            await Store.PutAsync(key, "1");
        }

        var newest = (await Store.ListAllAsync(Root)).Max(p => p.Revision);
        await using var watching = RunningWatch.Tree(Store, Root, options);
        var events = await watching.NextAsync(keys.Length + 1);
        Assert.Equal([.. keys, Root], events.Select(e => e.Key));
        Assert.Equal(KvEventType.Listed, events[^1].Type);
        Assert.True(events[^1].Revision >= newest || !Promises.ListingAtOneRevision);
        var put = await Store.PutAsync(At("d/c"), "2");
        var change = await watching.NextAsync();
        Assert.Equal((KvEventType.Put, At("d/c"), put.Revision), (change.Type, change.Key, change.Revision));
    }

    [Fact]
    public async Task A_missing_key_can_be_watched()
    {
        await using var watching = RunningWatch.Key(Store, At("a"));
        await Store.PutAsync(At("a"), "1");
        var first = await watching.NextAsync();
        Assert.Equal((At("a"), "1"), (first.Key, first.Value));
    }

    [Fact]
    public async Task A_watch_on_a_key_follows_that_key_alone()
    {
        await Store.PutAllAsync(At("a"));
        await using var watching = RunningWatch.Key(Store, At("a"));
        await watching.NextAsync();
        await Store.PutAllAsync(Near("a"), At("ab"), At("-"));
        await Store.PutAsync(At("a"), "last");
        Assert.Equal("last", (await watching.NextAsync()).Value);
    }

    [Fact]
    public async Task WatchTree_gives_what_is_there_and_then_every_change_in_order()
    {
        Require(p => p.EveryChange);
        await Store.PutAsync(At("d/a"), "1");
        await Store.PutAsync(At("d/b"), "2");
        await using var watching = RunningWatch.Tree(Store, At("d"));
        Assert.Equal(
            [(KvEventType.Existing, At("d/a"), "1"), (KvEventType.Existing, At("d/b"), "2")],
            (await watching.NextAsync(2)).Select(e => (e.Type, e.Key, e.Value)));

        await Store.PutAsync(At("d/c/x"), "3");
        await Store.DeleteAsync(At("d/a"));
        await Store.PutAsync(At("d/b"), "4");
        Assert.Equal(
            [(KvEventType.Put, At("d/c/x"), "3"), (KvEventType.Delete, At("d/a"), ""), (KvEventType.Put, At("d/b"), "4")],
            (await watching.NextAsync(3)).Select(e => (e.Type, e.Key, e.Value)));
    }

    [Fact]
    public async Task An_empty_or_missing_directory_can_be_watched()
    {
        await using var watching = RunningWatch.Tree(Store, At("none"));
        await Store.PutAsync(At("none/a"), "1");
        Assert.Equal(At("none/a"), (await watching.NextAsync()).Key);
    }

    [Fact]
    public async Task WatchTree_never_shows_a_sibling_that_merely_shares_the_prefix()
    {
        await Store.PutAllAsync(At("app/a"), At("application/x"));
        await using var watching = RunningWatch.Tree(Store, At("app"));
        Assert.Equal(At("app/a"), (await watching.NextAsync()).Key);
        await Store.PutAllAsync(At("application/y"), At("app-1"), At("app0"), At("app/b"));
        Assert.Equal(At("app/b"), (await watching.NextAsync()).Key);
    }

    [Fact]
    public async Task A_raw_prefix_can_be_watched()
    {
        await Store.PutAllAsync(At("app/a"), At("application/x"));
        await using var watching = RunningWatch.Tree(Store, KvRange.Prefix(At("app")));
        Assert.Equal([At("app/a"), At("application/x")], (await watching.NextAsync(2)).Select(e => e.Key));
        await Store.PutAllAsync(At("ap"), At("apple"));
        Assert.Equal(At("apple"), (await watching.NextAsync()).Key);
    }

    [Fact]
    public async Task The_change_itself_is_delivered_never_a_later_re_read()
    {
        Require(p => p.EveryChange);
        const int Count = 200;
        await using var watching = await WatchRootAsync();
        for (var i = 0; i < Count; i++)
        {
            await Store.PutAsync(At("a"), $"{i}");
        }

        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}"), (await watching.NextAsync(Count)).Select(e => e.Value));
    }

    [Fact]
    public async Task Changes_only_leaves_out_what_exists()
    {
        await Store.PutAsync(At("old"), "v");
        await using var watching = RunningWatch.Tree(Store, Root, new KvWatchOptions { ChangesOnly = true });

        // The beginning of the watch is invisible from outside, so the test makes changes until one is delivered.
        var first = watching.NextAsync();
        for (var i = 0; !first.IsCompleted; i++)
        {
            await Store.PutAsync(At("new"), $"{i}");
        }

        Assert.Equal((KvEventType.Put, At("new")), ((await first).Type, (await first).Key));
    }

    [Fact]
    public async Task The_previous_pair_comes_along_when_asked_for()
    {
        await using var watching = await WatchRootAsync(new KvWatchOptions { PreviousValue = true });

        // One after another, because a store can merge changes of one key in quick succession.
        var first = await Store.PutAsync(At("a"), "1");
        Assert.Null((await watching.NextAsync()).Previous);
        await Store.PutAsync(At("a"), "2");
        var second = await watching.NextAsync();
        Assert.Equal(("1", first.Revision), (second.PreviousValue, second.Previous!.Revision));
        await Store.DeleteAsync(At("a"));
        Assert.Equal("2", (await watching.NextAsync()).PreviousValue);
    }

    [Fact]
    public async Task The_previous_pair_stays_away_when_not_asked_for()
    {
        await using var watching = await WatchRootAsync();
        await Store.PutAsync(At("a"), "1");
        Assert.Null((await watching.NextAsync()).Previous);
        await Store.PutAsync(At("a"), "2");
        Assert.Null((await watching.NextAsync()).Previous);
    }

    [Fact]
    public async Task An_empty_value_is_seen_as_a_put()
    {
        await using var watching = await WatchRootAsync();
        await Store.PutAllAsync(At("a"));
        var put = await watching.NextAsync();
        Assert.Equal(KvEventType.Put, put.Type);
        Assert.Empty(put.GetBytes());
    }

    [Fact]
    public async Task A_removed_tree_is_seen_as_the_delete_of_each_key()
    {
        await Store.PutAllAsync(At("d/a"), At("d/b"), At("d/c"));
        await using var watching = RunningWatch.Tree(Store, At("d"));
        await watching.NextAsync(3);
        await Store.DeleteTreeAsync(At("d"));
        var deletes = await watching.NextAsync(3);
        Assert.All(deletes, d => Assert.Equal(KvEventType.Delete, d.Type));
        Assert.Equal([At("d/a"), At("d/b"), At("d/c")], deletes.Select(d => d.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_side_keys_of_locks_are_not_shown()
    {
        await using var watching = await WatchRootAsync();
        await using (await Store.LockAsync(At("a"), new KvLockOptions { Value = "locked".Bytes() }))
        {
            await Store.PutAsync(At("b"), "1");
        }

        await Store.PutAsync(At("c"), "2");
        Assert.Equal([(At("a"), "locked"), (At("b"), "1"), (At("c"), "2")], (await watching.NextAsync(3)).Select(e => (e.Key, e.Value)));
    }

    [Fact]
    public async Task Many_watches_share_one_store()
    {
        const int Count = 50;
        await Store.PutAllAsync(Enumerable.Range(0, Count).Select(i => At($"{i}")));
        var watches = Enumerable.Range(0, Count).Select(i => RunningWatch.Key(Store, At($"{i}"))).ToList();
        try
        {
            await Task.WhenAll(watches.Select(w => w.NextAsync()));
            for (var i = 0; i < Count; i++)
            {
                await Store.PutAsync(At($"{i}"), $"new {i}");
            }

            Assert.Equal(Enumerable.Range(0, Count).Select(i => $"new {i}"), (await Task.WhenAll(watches.Select(w => w.NextAsync()))).Select(e => e.Value));
        }
        finally
        {
            await Task.WhenAll(watches.Select(w => w.DisposeAsync().AsTask()));
        }
    }

    [Fact]
    public async Task A_watch_ends_when_its_token_is_cancelled()
    {
        using var end = new CancellationTokenSource();
        await Store.PutAllAsync(At("a"));
        await using var events = Store.WatchAsync(At("a"), null, end.Token).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        var next = events.MoveNextAsync().AsTask();
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task A_watch_can_be_left_after_an_event()
    {
        await Store.PutAllAsync(At("a"));
        await foreach (var change in Store.WatchAsync(At("a")))
        {
            Assert.Equal(KvEventType.Existing, change.Type);
            break;
        }

        Assert.True(await Store.ExistsAsync(At("a")));
    }
}
