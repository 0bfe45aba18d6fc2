namespace Valkeyrie.Tests.Conformance;

/// <summary>Watches that begin in the past.</summary>
public abstract class WatchHistoryConformance(IStoreRig rig) : StoreConformance(rig)
{
    // Other tests write to the same store meanwhile.
    private const int FarAhead = 1_000_000;

    [Fact]
    public async Task FromRevision_replays_every_change_from_there_on()
    {
        Require(p => p.EveryChange);
        await Store.PutAsync(At("a"), "0");
        var from = await Store.PutAsync(At("a"), "1");
        await Store.PutAsync(At("b"), "2");
        await Store.DeleteAsync(At("a"));

        await using var watching = RunningWatch.Tree(Store, Root, new KvWatchOptions { FromRevision = from.Revision });
        await Store.PutAsync(At("c"), "3");
        var events = await watching.NextAsync(4);
        Assert.Equal(
            [(KvEventType.Put, At("a"), "1"), (KvEventType.Put, At("b"), "2"), (KvEventType.Delete, At("a"), ""), (KvEventType.Put, At("c"), "3")],
            events.Select(e => (e.Type, e.Key, e.Value)));
        Assert.Equal(from.Revision, events[0].Revision);
    }

    [Fact]
    public async Task FromRevision_carries_previous_pairs_too()
    {
        Require(p => p.EveryChange);
        await Store.PutAsync(At("a"), "0");
        var from = await Store.PutAsync(At("a"), "1");
        await using var watching = RunningWatch.Key(Store, At("a"), new KvWatchOptions { FromRevision = from.Revision, PreviousValue = true });
        var replayed = await watching.NextAsync();
        Assert.Equal(("1", "0"), (replayed.Value, replayed.PreviousValue));
    }

    [Fact]
    public async Task A_long_history_is_replayed_without_gap_or_repeat()
    {
        Require(p => p.History);
        const int Count = 3_000;
        var first = await Store.PutAsync(At("k"), "0");
        await Parallel.ForAsync(1, Count, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, token) => await Store.PutAsync(At("k"), $"{i}".Bytes(), null, token));

        await using var watching = RunningWatch.Key(Store, At("k"), new KvWatchOptions { FromRevision = first.Revision });
        var events = await watching.NextAsync(Count);
        Assert.Equal(Enumerable.Range(0, Count), events.Select(e => int.Parse(e.Value)).Order());
        Assert.Equal(events.Select(e => e.Revision).Distinct().Order(), events.Select(e => e.Revision));
    }

    [Fact]
    public async Task FromRevision_in_the_past_is_compacted_where_not_every_change_is_kept()
    {
        Assert.SkipWhen(Promises.EveryChange, "Every change is promised.");
        await Store.PutAllAsync(At("a"));
        var from = await Store.PutAsync(At("b"), "0");
        await Store.DeleteAsync(At("a"));
        await using var tree = RunningWatch.Tree(Store, Root, new KvWatchOptions { FromRevision = from.Revision });
        Assert.Equal(Root, Assert.IsType<KvCompactedException>(await tree.EndAsync()).Key);
        await using var key = RunningWatch.Key(Store, At("a"), new KvWatchOptions { FromRevision = from.Revision });
        Assert.Equal(At("a"), Assert.IsType<KvCompactedException>(await key.EndAsync()).Key);

        await using var anew = RunningWatch.Tree(Store, Root, new KvWatchOptions { FromRevision = from.Revision, Resynchronize = true });
        Assert.Equal([(KvEventType.Resync, Root), (KvEventType.Existing, At("b"))], (await anew.NextAsync(2)).Select(e => (e.Type, e.Key)));
        await Store.PutAsync(At("b"), "2");
        Assert.Equal("2", (await anew.NextAsync()).Value);
    }

    [Fact]
    public async Task FromRevision_in_the_past_tells_the_last_change_of_a_key_that_is_there_where_not_every_change_is_kept()
    {
        Assert.SkipWhen(Promises.EveryChange, "Every change is promised.");
        var from = await Store.PutAsync(At("a"), "0");
        var last = await Store.PutAsync(At("a"), "1");
        await using var watching = RunningWatch.Key(Store, At("a"), new KvWatchOptions { FromRevision = from.Revision });
        var told = await watching.NextAsync();
        Assert.Equal((KvEventType.Put, "1", last.Revision), (told.Type, told.Value, told.Revision));
        await Store.PutAsync(At("a"), "2");
        Assert.Equal("2", (await watching.NextAsync()).Value);
    }

    [Fact]
    public async Task FromRevision_may_be_the_one_after_the_newest()
    {
        var newest = await Store.PutAsync(At("a"), "0");
        await using var watching = RunningWatch.Key(Store, At("a"), new KvWatchOptions { FromRevision = newest.Revision + 1 });
        await Store.PutAsync(At("a"), "1");
        Assert.Equal("1", (await watching.NextAsync()).Value);
    }

    [Fact]
    public async Task FromRevision_beyond_what_the_store_has_reached_is_history_changed()
    {
        var newest = await Store.PutAsync(At("a"), "0");
        await using var watching = RunningWatch.Key(Store, At("a"), new KvWatchOptions { FromRevision = newest.Revision + FarAhead });
        var error = Assert.IsType<KvHistoryChangedException>(await watching.EndAsync());
        Assert.Equal(At("a"), error.Key);
        Assert.Contains($"{newest.Revision + FarAhead}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FromRevision_beyond_what_the_store_has_reached_is_listed_anew_when_asked()
    {
        var newest = await Store.PutAsync(At("a"), "0");
        var options = new KvWatchOptions { FromRevision = newest.Revision + FarAhead, Resynchronize = true };
        await using var watching = RunningWatch.Key(Store, At("a"), options);
        Assert.Equal([(KvEventType.Resync, ""), (KvEventType.Existing, "0")], (await watching.NextAsync(2)).Select(e => (e.Type, e.Value)));
        await Store.PutAsync(At("a"), "1");
        Assert.Equal("1", (await watching.NextAsync()).Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_FromRevision_that_no_change_has_is_refused(long revision)
    {
        await using var watching = RunningWatch.Key(Store, At("a"), new KvWatchOptions { FromRevision = revision });
        Assert.IsType<KvInvalidArgumentException>(await watching.EndAsync());
    }
}
