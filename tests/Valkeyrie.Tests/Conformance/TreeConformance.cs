namespace Valkeyrie.Tests.Conformance;

/// <summary>Removing whole directories.</summary>
public abstract class TreeConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Fact]
    public async Task DeleteTree_removes_all_below_and_says_how_many()
    {
        await Store.PutAllAsync(At("app/a"), At("app/b/c"), At("app/b/d"), At("other"));
        Assert.Equal(3, await Store.DeleteTreeAsync(At("app")));
        Assert.Equal([At("other")], await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task DeleteTree_never_touches_a_sibling_that_merely_shares_the_prefix()
    {
        string[] siblings = [At("ap/p"), At("app-1"), At("app0"), At("application/x")];
        await Store.PutAllAsync([At("app/a"), .. siblings]);
        Assert.Equal(1, await Store.DeleteTreeAsync(At("app")));
        Assert.Equal(siblings, await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task DeleteTree_also_removes_the_key_of_the_directorys_own_name()
    {
        Require(p => p.KeysAsWritten);
        await Store.PutAllAsync(At("app"), At("app/a"), At("apple"));
        Assert.Equal(2, await Store.DeleteTreeAsync(At("app")));
        Assert.Equal([At("apple")], await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task DeleteTree_of_a_leaf_removes_that_key()
    {
        await Store.PutAllAsync(At("leaf"), At("leaf2"));
        Assert.Equal(1, await Store.DeleteTreeAsync(At("leaf")));
        Assert.Equal([At("leaf2")], await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task DeleteTree_of_a_missing_directory_is_key_not_found()
    {
        await Store.PutAllAsync(At("missing2/x"));
        var missing = await Assert.ThrowsAsync<KvKeyNotFoundException>(async () => await Store.DeleteTreeAsync(At("missing")));
        Assert.Equal(At("missing"), missing.Key);
        Assert.Equal(0, await Store.TryDeleteTreeAsync(At("missing")));
    }

    [Fact]
    public async Task A_raw_prefix_removes_every_key_that_starts_so()
    {
        await Store.PutAllAsync(At("app/a"), At("application/x"), At("other"));
        Assert.Equal(2, await Store.DeleteTreeAsync(KvRange.Prefix(At("app"))));
        Assert.Equal([At("other")], await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task The_whole_store_goes_only_by_an_explicit_everything()
    {
        var own = Open(new KvStoreOptions { Namespace = At("own/") });
        await own.PutAllAsync("/a", "b", "c/d");
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await own.DeleteTreeAsync(""));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await own.DeleteTreeAsync("/"));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await own.DeleteTreeAsync(KvRange.Prefix("")));
        Assert.Equal(3, await own.CountAsync(KvRange.All));
        Assert.Equal(3, await own.DeleteTreeAsync(KvRange.All));
        Assert.Equal(0, await own.CountAsync(KvRange.All));
    }

    [Fact]
    public async Task DeleteTree_is_one_atomic_step()
    {
        Require(p => p.TreesRemovedAtOnce);
        await Store.PutAllAsync(At("app/a"), At("app/b"), At("app/c/d"));
        await using var watching = RunningWatch.Tree(Store, Root);
        await watching.NextAsync(3);
        await Store.DeleteTreeAsync(At("app"));
        var deletes = await watching.NextAsync(3);
        Assert.All(deletes, d => Assert.Equal(KvEventType.Delete, d.Type));
        Assert.Single(deletes.Select(d => d.Revision).Distinct());
    }

    [Fact]
    public async Task A_lock_inside_a_removed_tree_is_lost()
    {
        await using var held = await Store.LockAsync(At("app/locked"));
        await Open().TryDeleteTreeAsync(At("app"));
        await Patience.UntilAsync(() => held.Lost.IsCancellationRequested, "the loss of the lock");
        Assert.False(held.IsHeld);
    }
}
