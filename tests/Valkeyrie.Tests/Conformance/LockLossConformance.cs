namespace Valkeyrie.Tests.Conformance;

/// <summary>Lost locks, and holders that die.</summary>
public abstract class LockLossConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Fact]
    public async Task The_holder_is_told_when_somebody_removes_the_lock()
    {
        await using var held = await Store.LockAsync(At("a"));
        await Open().DeleteTreeAsync(KvRange.Prefix(At("a") + LockNames.Suffix));
        await AssertLostAsync(held);
    }

    [Fact]
    public async Task A_lock_removed_the_moment_it_was_taken_is_lost_too()
    {
        // Before the holder starts to watch its own key.
        for (var i = 0; i < 10; i++)
        {
            await using var held = await Store.LockAsync(At($"{i}"));
            await Store.DeleteTreeAsync(KvRange.Prefix(At($"{i}") + LockNames.Suffix));
            await AssertLostAsync(held);
        }
    }

    [Fact]
    public async Task The_holder_is_told_when_the_lease_is_revoked()
    {
        Require(p => p.Leases);
        await using var held = await Store.LockAsync(At("a"));
        var lockKey = Assert.Single(await Rig.LockKeysAsync(Store, At("a")));
        await Open().GetCapability<IKvLeases>().RevokeLeaseAsync(lockKey.LeaseId!.Value);
        await AssertLostAsync(held);
    }

    [Fact]
    public async Task A_lost_lock_can_be_taken_again()
    {
        var held = await Store.LockAsync(At("a"));
        await Store.DeleteTreeAsync(KvRange.Prefix(At("a") + LockNames.Suffix));
        await AssertLostAsync(held);
        await using var again = await Store.LockAsync(At("a"), new KvLockOptions { Timeout = TimeSpan.Zero });
        Assert.True(again.IsHeld);
        Assert.True(again.FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task Unlocking_a_lost_lock_does_not_release_that_of_its_next_holder()
    {
        var held = await Store.LockAsync(At("a"));
        await Store.DeleteTreeAsync(KvRange.Prefix(At("a") + LockNames.Suffix));
        await using var next = await Open().LockAsync(At("a"));
        await Assert.ThrowsAsync<KvLockLostException>(async () => await held.UnlockAsync());
        Assert.True(next.IsHeld);
        Assert.Single(await Rig.LockKeysAsync(Store, At("a")));
    }

    [Fact]
    public async Task A_lock_is_kept_alive_beyond_its_time_to_live()
    {
        // Long enough that a busy machine renews in time.
        var ttl = TimeSpan.FromSeconds(4);
        await using var held = await Store.LockAsync(At("a"), new KvLockOptions { Ttl = ttl });
        await using var watching = await WatchRootAsync();

        // Twice in a row, a key with the same time to live ends.
        for (var i = 0; i < 2; i++)
        {
            await Store.PutAsync(At("twin"), "", new KvPutOptions { Ttl = ttl });
            await watching.UntilAsync(e => e.Type == KvEventType.Delete);
        }

        Assert.True(held.IsHeld);
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await Open().LockAsync(At("a"), new KvLockOptions { Timeout = TimeSpan.Zero }));
    }

    [Fact]
    public async Task The_lock_of_a_dead_holder_is_free_after_its_time_to_live()
    {
        var mortal = OpenMortal();
        var theirs = await mortal.Store.LockAsync(At("a"), new KvLockOptions { Ttl = TimeSpan.FromSeconds(3) });
        var waiting = Store.LockAsync(At("a")).AsTask();
        await UntilLockKeysAsync(At("a"), 2);
        mortal.Kill();

        await using var mine = await waiting.WaitAsync(Patience.Limit);
        Assert.True(mine.IsHeld);
        Assert.True(mine.FencingToken > theirs.FencingToken);
    }

    [Fact]
    public async Task A_holder_that_is_cut_off_knows_before_another_can_hold_the_lock()
    {
        var mortal = OpenMortal();
        var theirs = await mortal.Store.LockAsync(At("a"), new KvLockOptions { Ttl = TimeSpan.FromSeconds(3) });
        var waiting = Store.LockAsync(At("a")).AsTask();
        await UntilLockKeysAsync(At("a"), 2);
        mortal.Kill();

        await using var mine = await waiting.WaitAsync(Patience.Limit);
        Assert.False(theirs.IsHeld);
        await Patience.UntilAsync(() => theirs.Lost.IsCancellationRequested, "the loss of the lock");
    }

    [Fact]
    public async Task The_holder_is_told_that_its_store_closes_before_the_lock_is_released()
    {
        var store = Open();
        var held = await store.LockAsync(At("a"));
        var keys = KeysWhenTold(held);
        await store.DisposeAsync();

        Assert.Equal(1, await keys.WaitAsync(Patience.Limit));
        Assert.False(held.IsHeld);
        Assert.Equal(KvLockLostReason.StoreClosed, held.LostReason);
        Assert.Empty(await Rig.LockKeysAsync(Store, At("a")));
        var lost = await Assert.ThrowsAsync<KvLockLostException>(async () => await held.UnlockAsync());
        Assert.Equal(KvLockLostReason.StoreClosed, lost.Reason);
    }

    [Fact]
    public async Task The_holder_is_told_that_others_release_the_lock_before_it_is_released()
    {
        await using var held = await Store.LockAsync(At("a"));
        var keys = KeysWhenTold(held);
        await held.BreakAsync();

        Assert.Equal(1, await keys.WaitAsync(Patience.Limit));
        Assert.False(held.IsHeld);
        Assert.Equal(KvLockLostReason.Released, held.LostReason);
        await using var next = await Open().LockAsync(At("a"), new KvLockOptions { Timeout = TimeSpan.Zero });
        var lost = await Assert.ThrowsAsync<KvLockLostException>(async () => await held.UnlockAsync());
        Assert.Equal(KvLockLostReason.Released, lost.Reason);
        await held.BreakAsync();
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task A_holder_that_does_not_end_its_work_keeps_neither_the_lock_nor_the_store()
    {
        var store = Open();
        var held = await store.LockAsync(At("a"));
        using var never = new ManualResetEventSlim();
        await using var working = held.Lost.Register(() => never.Wait());
        try
        {
            await store.DisposeAsync().AsTask().WaitAsync(Patience.Limit);
            Assert.Empty(await Rig.LockKeysAsync(Store, At("a")));
        }
        finally
        {
            never.Set();
        }
    }

    [Fact]
    public async Task The_next_holder_gets_in_only_after_the_one_whose_store_closes_was_told()
    {
        for (var i = 0; i < 5; i++)
        {
            var store = Open();
            var held = await store.LockAsync(At($"{i}"));
            var next = Store.LockAsync(At($"{i}")).AsTask();
            await UntilLockKeysAsync(At($"{i}"), 2);
            var closing = store.DisposeAsync().AsTask();
            await using var mine = await next.WaitAsync(Patience.Limit);
            Assert.True(held.Lost.IsCancellationRequested);
            await closing;
        }
    }

    [Fact]
    public async Task A_lock_that_its_holder_released_is_not_lost()
    {
        var store = Open();
        var held = await store.LockAsync(At("a"));
        await held.UnlockAsync();
        await held.BreakAsync();
        await store.DisposeAsync();
        await held.UnlockAsync();
        Assert.False(held.Lost.IsCancellationRequested);
        Assert.Null(held.LostReason);
    }

    [Fact]
    public async Task A_lock_whose_key_was_removed_says_so()
    {
        await using var held = await Store.LockAsync(At("a"));
        await Store.DeleteTreeAsync(KvRange.Prefix(At("a") + LockNames.Suffix));
        await Patience.UntilAsync(() => held.Lost.IsCancellationRequested, "the loss of the lock");
        Assert.Equal(KvLockLostReason.KeyRemoved, held.LostReason);
    }

    /// <summary>The number of the lock's keys when its holder is notified of the loss.</summary>
    private Task<int> KeysWhenTold(KvLock held)
    {
        var keys = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        held.Lost.Register(() => keys.SetResult(Rig.LockKeysAsync(Store, held.Key).GetAwaiter().GetResult().Count));
        return keys.Task;
    }

    private static async Task AssertLostAsync(KvLock held)
    {
        await Patience.UntilAsync(() => held.Lost.IsCancellationRequested, "the loss of the lock");
        Assert.False(held.IsHeld);
        var lost = await Assert.ThrowsAsync<KvLockLostException>(async () => await held.UnlockAsync());
        Assert.Equal(held.Key, lost.Key);
        Assert.Equal(KvErrorCode.LockLost, lost.Code);
    }
}
