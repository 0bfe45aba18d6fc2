namespace Valkeyrie.Tests.Conformance;

/// <summary>Writes and removals that happen only if the key is unchanged since it was read.</summary>
public abstract class AtomicConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Fact]
    public async Task AtomicPut_writes_if_the_key_is_at_the_revision()
    {
        var first = await Store.PutAsync(At("a"), "one");
        var second = await Store.AtomicPutAsync(At("a"), "two".Bytes(), first.Revision);
        Assert.True(second.Revision > first.Revision);
        Assert.Equal("two", second.Value);
        var read = await Store.GetAsync(At("a"));
        Assert.Equal("two", read.Value);
        Assert.Equal(second.Revision, read.Revision);
    }

    [Fact]
    public async Task Revision_0_means_must_not_exist()
    {
        var created = await Store.AtomicPutAsync(At("a"), "one".Bytes(), 0);
        Assert.Equal("one", (await Store.GetAsync(At("a"))).Value);

        var exists = await Assert.ThrowsAsync<KvKeyExistsException>(async () => await Store.AtomicPutAsync(At("a"), "two".Bytes(), 0));
        Assert.Equal(At("a"), exists.Key);
        Assert.Equal(created.Revision, exists.CurrentRevision);
        Assert.Equal(Store.Info.Address, exists.Endpoint);
        Assert.Equal("one", (await Store.GetAsync(At("a"))).Value);
    }

    [Fact]
    public async Task AtomicPut_of_a_modified_key_is_key_modified_with_the_current_revision()
    {
        var first = await Store.PutAsync(At("a"), "one");
        var second = await Store.PutAsync(At("a"), "two");
        var modified = await Assert.ThrowsAsync<KvKeyModifiedException>(async () => await Store.AtomicPutAsync(At("a"), "three".Bytes(), first.Revision));
        Assert.Equal(At("a"), modified.Key);
        Assert.Equal(second.Revision, modified.CurrentRevision);
        Assert.Equal("two", (await Store.GetAsync(At("a"))).Value);
    }

    [Fact]
    public async Task AtomicPut_of_a_removed_key_is_key_modified()
    {
        var first = await Store.PutAsync(At("a"), "one");
        await Store.DeleteAsync(At("a"));
        var modified = await Assert.ThrowsAsync<KvKeyModifiedException>(async () => await Store.AtomicPutAsync(At("a"), "two".Bytes(), first.Revision));
        Assert.Equal(0, modified.CurrentRevision);
        Assert.False(await Store.ExistsAsync(At("a")));
    }

    [Fact]
    public async Task TryAtomicPut_tells_the_outcomes_apart()
    {
        await Store.PutAllAsync(At("earlier"));
        var created = await Store.TryAtomicPutAsync(At("a"), "one".Bytes(), 0);
        Assert.Equal(KvWriteOutcome.Written, created.Outcome);
        Assert.True(created.Written);
        Assert.Equal(created.CurrentRevision, created.Pair!.Revision);

        var exists = await Store.TryAtomicPutAsync(At("a"), "two".Bytes(), 0);
        Assert.Equal(new KvWriteResult(KvWriteOutcome.KeyExists, null, created.CurrentRevision), exists);

        var modified = await Store.TryAtomicPutAsync(At("a"), "two".Bytes(), created.CurrentRevision - 1);
        Assert.Equal(new KvWriteResult(KvWriteOutcome.KeyModified, null, created.CurrentRevision), modified);

        var missing = await Store.TryAtomicPutAsync(At("b"), "two".Bytes(), created.CurrentRevision);
        Assert.Equal(new KvWriteResult(KvWriteOutcome.KeyNotFound, null, 0), missing);
    }

    [Fact]
    public async Task AtomicDelete_removes_if_the_key_is_at_the_revision()
    {
        var written = await Store.PutAsync(At("a"), "v");
        await Store.AtomicDeleteAsync(At("a"), written.Revision);
        Assert.False(await Store.ExistsAsync(At("a")));
    }

    [Fact]
    public async Task AtomicDelete_of_a_modified_key_is_key_modified_with_the_current_revision()
    {
        var first = await Store.PutAsync(At("a"), "one");
        var second = await Store.PutAsync(At("a"), "two");
        var modified = await Assert.ThrowsAsync<KvKeyModifiedException>(async () => await Store.AtomicDeleteAsync(At("a"), first.Revision));
        Assert.Equal(second.Revision, modified.CurrentRevision);
        Assert.Equal("two", (await Store.GetAsync(At("a"))).Value);
        Assert.Equal(KvWriteOutcome.KeyModified, (await Store.TryAtomicDeleteAsync(At("a"), first.Revision)).Outcome);
    }

    [Fact]
    public async Task AtomicDelete_without_a_previous_revision_is_previous_not_specified()
    {
        await Store.PutAsync(At("a"), "v");
        var refused = await Refusal.ThrowsAsync(KvErrorCode.PreviousNotSpecified, async () => await Store.AtomicDeleteAsync(At("a"), 0));
        Assert.Equal(At("a"), refused.Key);
        Assert.True(await Store.ExistsAsync(At("a")));
    }

    [Fact]
    public async Task AtomicDelete_of_a_missing_key_is_key_not_found()
    {
        var written = await Store.PutAsync(At("a"), "v");
        await Store.DeleteAsync(At("a"));
        var missing = await Assert.ThrowsAsync<KvKeyNotFoundException>(async () => await Store.AtomicDeleteAsync(At("a"), written.Revision));
        Assert.Equal(At("a"), missing.Key);
        Assert.Equal(KvWriteOutcome.KeyNotFound, (await Store.TryAtomicDeleteAsync(At("a"), written.Revision)).Outcome);
    }

    [Fact]
    public async Task A_negative_revision_is_refused()
    {
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.TryAtomicPutAsync(At("a"), "v".Bytes(), -1));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.TryAtomicDeleteAsync(At("a"), -1));
        Assert.False(await Store.ExistsAsync(At("a")));
    }

    [Fact]
    public async Task An_empty_value_can_be_written_atomically()
    {
        var created = await Store.AtomicPutAsync(At("a"), default, 0);
        Assert.Empty((await Store.GetAsync(At("a"))).GetBytes());
        await Store.AtomicPutAsync(At("a"), default, created.Revision);
    }

    [Fact]
    public async Task Only_one_of_many_creators_wins()
    {
        var stores = new[] { Store, Open() };
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(async i => await stores[i % 2].TryAtomicPutAsync(At("a"), $"{i}".Bytes(), 0)));
        var winner = Assert.Single(results, r => r.Written);
        Assert.Equal(winner.Pair!.Value, (await Store.GetAsync(At("a"))).Value);
        Assert.All(results.Where(r => !r.Written), r => Assert.Equal((KvWriteOutcome.KeyExists, winner.Pair.Revision), (r.Outcome, r.CurrentRevision)));
    }

    [Fact]
    public async Task A_counter_under_contention_loses_nothing()
    {
        const int Tasks = 16;
        const int Each = 10;
        var stores = new[] { Store, Open() };
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(task => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                await IncrementAsync(stores[task % 2], At("counter"));
            }
        })));
        Assert.Equal($"{Tasks * Each}", (await Store.GetAsync(At("counter"))).Value);
    }

    private static async Task IncrementAsync(IKvStore store, string key)
    {
        while (true)
        {
            var current = await store.TryGetAsync(key);
            var next = int.Parse(current?.Value ?? "0") + 1;
            if ((await store.TryAtomicPutAsync(key, $"{next}".Bytes(), current?.Revision ?? 0)).Written)
            {
                return;
            }
        }
    }
}
