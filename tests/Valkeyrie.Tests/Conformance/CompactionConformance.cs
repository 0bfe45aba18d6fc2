namespace Valkeyrie.Tests.Conformance;

/// <summary>Compacted history. Compaction affects all clients of a server, so this class needs its own server.</summary>
public abstract class CompactionConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Fact]
    public async Task A_compacted_FromRevision_is_revision_compacted()
    {
        Require(p => p.History);
        var old = await Store.PutAsync(At("a"), "0");
        var kept = await Store.PutAsync(At("a"), "1");
        await Rig.CompactAsync(kept.Revision);

        await using var watching = RunningWatch.Key(Store, At("a"), new KvWatchOptions { FromRevision = old.Revision });
        var compacted = Assert.IsType<KvCompactedException>(await watching.EndAsync());
        Assert.Equal(KvErrorCode.Compacted, compacted.Code);
        Assert.True(compacted.OldestRevision >= kept.Revision);
        Assert.Equal(At("a"), compacted.Key);
        Assert.Contains($"'{At("a")}'", compacted.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compacted_FromRevision_is_resynchronized_when_asked_and_marked_as_such()
    {
        Require(p => p.History);
        var old = await Store.PutAsync(At("a"), "0");
        await Store.PutAsync(At("gone"), "x");
        await Store.DeleteAsync(At("gone"));
        var kept = await Store.PutAsync(At("a"), "1");
        await Rig.CompactAsync(kept.Revision);

        await using var watching = RunningWatch.Tree(Store, Root, new KvWatchOptions { FromRevision = old.Revision, Resynchronize = true });
        var events = await watching.NextAsync(2);
        Assert.Equal([KvEventType.Resync, KvEventType.Existing], events.Select(e => e.Type));
        Assert.Equal(Root, events[0].Key);
        Assert.Equal((At("a"), "1"), (events[1].Key, events[1].Value));

        await Store.PutAsync(At("b"), "2");
        var change = await watching.NextAsync();
        Assert.Equal((KvEventType.Put, At("b"), "2"), (change.Type, change.Key, change.Value));
    }

    [Fact]
    public async Task A_watch_that_keeps_up_does_not_mind_compaction()
    {
        Require(p => p.History);
        await using var watching = await WatchRootAsync();
        for (var i = 0; i < 10; i++)
        {
            var written = await Store.PutAsync(At("a"), $"{i}");
            Assert.Equal($"{i}", (await watching.NextAsync()).Value);
            await Rig.CompactAsync(written.Revision);
        }
    }

    [Fact]
    public async Task A_read_at_a_compacted_revision_is_revision_compacted()
    {
        Require(p => p.History);
        var old = await Store.PutAsync(At("a"), "0");
        var kept = await Store.PutAsync(At("a"), "1");
        await Rig.CompactAsync(kept.Revision);

        var options = new KvReadOptions { Revision = old.Revision };
        await Assert.ThrowsAsync<KvCompactedException>(async () => await Store.TryGetAsync(At("a"), options));
        await Assert.ThrowsAsync<KvCompactedException>(async () => await Store.ExistsAsync(At("a"), options));
        await Assert.ThrowsAsync<KvCompactedException>(async () => await Store.CountAsync(Root, options));
        await Assert.ThrowsAsync<KvCompactedException>(async () => await Store.ListAllAsync(Root, new KvListOptions { Revision = old.Revision }));
    }

    [Fact]
    public async Task History_ends_with_the_version_that_was_there_at_the_compacted_revision()
    {
        Require(p => p.History);
        await Store.PutAsync(At("a"), "0");
        await Store.PutAsync(At("a"), "1");
        var other = await Store.PutAsync(At("b"), "");
        await Store.PutAsync(At("a"), "2");
        await Store.PutAsync(At("a"), "3");
        await Rig.CompactAsync(other.Revision);
        Assert.Equal(["+3", "+2", "+1"], HistoryConformance.Shown(await HistoryConformance.ReadAsync(Store, At("a"))));
    }

    [Fact]
    public async Task History_of_former_lives_ends_with_the_version_that_was_there_at_the_compacted_revision()
    {
        Require(p => p.History);
        await Store.PutAsync(At("a"), "lost");
        await Store.DeleteAsync(At("a"));
        await Store.PutAsync(At("a"), "older");
        await Store.PutAsync(At("a"), "old");
        var other = await Store.PutAsync(At("b"), "");
        await Store.DeleteAsync(At("a"));
        await Store.PutAsync(At("a"), "new");
        await Rig.CompactAsync(other.Revision);
        Assert.Equal(["+new", "-", "+old"], HistoryConformance.Shown(await HistoryConformance.ReadAsync(Store, At("a"))));
        await Store.DeleteAsync(At("a"));
        Assert.Equal(["-", "+new", "-", "+old"], HistoryConformance.Shown(await HistoryConformance.ReadAsync(Store, At("a"))));
    }

    [Fact]
    public async Task A_key_that_has_not_changed_since_keeps_its_present_version_alone()
    {
        Require(p => p.History);
        await Store.PutAsync(At("a"), "0");
        await Store.PutAsync(At("a"), "1");
        await Store.PutAsync(At("gone"), "");
        await Store.DeleteAsync(At("gone"));
        await Store.PutAsync(At("b"), "");
        await Rig.CompactAsync((await Store.PutAsync(At("b"), "")).Revision);
        Assert.Equal(["+1"], HistoryConformance.Shown(await HistoryConformance.ReadAsync(Store, At("a"))));
        await Assert.ThrowsAsync<KvKeyNotFoundException>(() => HistoryConformance.ReadAsync(Store, At("gone")));
    }

    [Fact]
    public async Task A_copy_outlasts_the_history_of_the_tree_that_it_reads()
    {
        Require(p => p.History);

        // As many pages as necessary to request one after its revision is compacted.
        const int Keys = 2_000;
        var value = new byte[8_192];
        await Parallel.ForAsync(0, Keys, async (i, token) => await Store.PutAsync(At($"a/{i:0000}"), value, null, token));
        var moved = 0;
        var source = KvTreeContent.OutlastingHistory(Store, At("a"), null, () => moved++);
        var copy = new KvTreeCopy(source with { Pairs = CompactingAsync(source.Pairs) }, Store, At("b"));
        Assert.Equal(Keys, (await copy.RunAsync()).Written);
        Assert.Equal(Enumerable.Range(0, Keys).Select(i => At($"b/{i:0000}")), await Store.KeysAsync(At("b")));
        Assert.InRange(moved, 1, Keys);
    }

    [Fact]
    public async Task A_mirror_whose_source_was_compacted_meanwhile_compares_and_finds_what_was_removed()
    {
        Require(p => p.History);
        KvTreeMirrorState? state = null;
        var options = new KvTreeMirrorOptions { Prune = true, Save = SaveAsync };
        await Store.PutAllAsync(At("a/gone"), At("a/k"));
        await new KvTreeMirror(Store, At("a"), Store, At("b"), options with { Once = true }).RunAsync();
        await Store.DeleteAsync(At("a/gone"));
        await Store.PutAsync(At("a/k"), "2");
        await Rig.CompactAsync((await Store.PutAsync(At("elsewhere"), "")).Revision);
        await using var mirror = new RunningMirror(new KvTreeMirror(Store, At("a"), Store, At("b"), options with { Resume = state }));
        await Patience.UntilAsync(async () => (await Store.ListAllAsync(At("b"))) is [{ Value: "2" }], "a destination like the source");
        Assert.Equal(1, (await mirror.EndAsync()).Comparisons);

        ValueTask SaveAsync(KvTreeMirrorState now)
        {
            state = now;
            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public async Task A_mirror_follows_a_source_that_is_compacted_all_the_time()
    {
        Require(p => p.History);
        await Store.PutAllAsync(At("a/0"));
        await using var mirror = new RunningMirror(new KvTreeMirror(Store, At("a"), Store, At("b"), new KvTreeMirrorOptions { Prune = true }));
        for (var i = 0; i < 300; i++)
        {
            var written = await Store.PutAsync(At($"a/{i % 9}"), $"{i}");
            await Store.TryDeleteAsync(At($"a/{(i + 4) % 9}"));
            if (i % 10 == 0)
            {
                await Rig.CompactAsync(written.Revision);
            }
        }

        await Store.PutAsync(At("a/~"), "last");
        await Patience.UntilAsync(async () => await Store.ExistsAsync(At("b/~")), "the last write");
        Assert.Equal((await Store.ListAllAsync(At("a"))).Select(p => p.Key[At("a").Length..] + p.Value), (await Store.ListAllAsync(At("b"))).Select(p => p.Key[At("b").Length..] + p.Value));
    }

    // Compacts the history again and again while a tree is read.
    private async IAsyncEnumerable<KvPair> CompactingAsync(IAsyncEnumerable<KvPair> pairs)
    {
        var count = 0;
        await foreach (var pair in pairs)
        {
            if (++count % 100 == 1)
            {
                await Store.PutAsync(At("tick"), "");
                await Rig.CompactAsync((await Store.PutAsync(At("tick"), "")).Revision);
            }

            yield return pair;
        }
    }
}
