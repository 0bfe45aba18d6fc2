namespace Valkeyrie.Tests.Conformance;

/// <summary>Locks that are lost, and holders that die.</summary>
public abstract class LockLossConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Fact]
    public async Task The_holder_is_told_when_somebody_removes_the_lock()
    {
        await using var held = await Store.LockAsync(At("a"));
        await Open().DeleteTreeAsync(KvRange.Prefix(At("a") + KeyRules.LockSuffix));
        await AssertLostAsync(held);
    }

    [Fact]
    public async Task A_lock_removed_the_moment_it_was_taken_is_lost_too()
    {
        // Before the holder begins to watch its own key.
        for (var i = 0; i < 10; i++)
        {
            await using var held = await Store.LockAsync(At($"{i}"));
            await Store.DeleteTreeAsync(KvRange.Prefix(At($"{i}") + KeyRules.LockSuffix));
            await AssertLostAsync(held);
        }
    }

    [Fact]
    public async Task The_holder_is_told_when_the_lease_is_revoked()
    {
        Require(StoreTraits.Leases);
        await using var held = await Store.LockAsync(At("a"));
        var lockKey = Assert.Single(await Rig.LockKeysAsync(Store, At("a")));
        await Open().GetCapability<IKvLeases>().RevokeLeaseAsync(lockKey.LeaseId);
        await AssertLostAsync(held);
    }

    [Fact]
    public async Task A_lost_lock_can_be_taken_again()
    {
        var held = await Store.LockAsync(At("a"));
        await Store.DeleteTreeAsync(KvRange.Prefix(At("a") + KeyRules.LockSuffix));
        await AssertLostAsync(held);
        await using var again = await Store.LockAsync(At("a"), new KvLockOptions { Timeout = TimeSpan.Zero });
        Assert.True(again.IsHeld);
        Assert.True(again.FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task Unlocking_a_lost_lock_does_not_release_that_of_its_next_holder()
    {
        var held = await Store.LockAsync(At("a"));
        await Store.DeleteTreeAsync(KvRange.Prefix(At("a") + KeyRules.LockSuffix));
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

        // Twice over, a key with as long a life ends.
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

    private static async Task AssertLostAsync(KvLock held)
    {
        await Patience.UntilAsync(() => held.Lost.IsCancellationRequested, "the loss of the lock");
        Assert.False(held.IsHeld);
        var lost = await Assert.ThrowsAsync<KvLockLostException>(async () => await held.UnlockAsync());
        Assert.Equal(held.Key, lost.Key);
        Assert.Equal(KvErrorCode.LockLost, lost.Code);
    }
}
