namespace Valkeyrie.Tests.Conformance;

/// <summary>Taking and releasing locks.</summary>
public abstract class LockConformance(IStoreRig rig) : StoreConformance(rig)
{
    private static readonly KvLockOptions NoWait = new() { Timeout = TimeSpan.Zero };

    [Fact]
    public async Task A_lock_is_held_until_it_is_released()
    {
        var held = await Store.LockAsync(At("a"));
        Assert.True(held.IsHeld);
        Assert.Equal(At("a"), held.Key);
        Assert.True(held.FencingToken > 0);
        Assert.True(held.Ttl >= KvLockOptions.DefaultTtl);
        Assert.False(held.Lost.IsCancellationRequested);

        await held.UnlockAsync();
        Assert.False(held.IsHeld);
        Assert.False(held.Lost.IsCancellationRequested);
        Assert.Empty(await Rig.LockKeysAsync(Store, At("a")));
    }

    [Fact]
    public async Task Unlocking_twice_does_nothing_more()
    {
        var held = await Store.LockAsync(At("a"));
        await held.UnlockAsync();
        await using var next = await Store.LockAsync(At("a"), NoWait);
        await held.UnlockAsync();
        await held.DisposeAsync();
        Assert.True(next.IsHeld);
        Assert.Single(await Rig.LockKeysAsync(Store, At("a")));
    }

    [Fact]
    public async Task Disposing_releases()
    {
        await using (await Store.LockAsync(At("a")))
        {
        }

        await using var next = await Open().LockAsync(At("a"), NoWait);
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task A_held_lock_cannot_be_taken_by_another()
    {
        await using var held = await Store.LockAsync(At("a"));
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await Open().LockAsync(At("a"), NoWait));
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await Store.LockAsync(At("a"), NoWait));
        Assert.True(held.IsHeld);
    }

    [Fact]
    public async Task Locks_of_different_keys_do_not_mind_each_other()
    {
        await using var a = await Store.LockAsync(At("a"), NoWait);
        await using var below = await Store.LockAsync(At("a/b"), NoWait);
        await using var sibling = await Store.LockAsync(At("ab"), NoWait);
        Assert.True(a.IsHeld && below.IsHeld && sibling.IsHeld);
    }

    [Fact]
    public async Task Fencing_tokens_only_grow()
    {
        var stores = new[] { Store, Open() };
        var last = 0L;
        for (var i = 0; i < 10; i++)
        {
            await using var held = await stores[i % 2].LockAsync(At("a"));
            Assert.True(held.FencingToken > last);
            last = held.FencingToken;
        }
    }

    [Fact]
    public async Task Of_many_contenders_one_at_a_time_is_inside()
    {
        const int Contenders = 12;
        const int Each = 5;
        var stores = new[] { Store, Open(), Open() };
        var inside = 0;
        var tokens = new List<long>();
        await Task.WhenAll(Enumerable.Range(0, Contenders).Select(contender => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                await using var held = await stores[contender % stores.Length].LockAsync(At("a"));
                Assert.Equal(1, Interlocked.Increment(ref inside));
                tokens.Add(held.FencingToken);
                await Task.Yield();
                Assert.Equal(0, Interlocked.Decrement(ref inside));
            }
        }))).WaitAsync(Patience.Limit);

        Assert.Equal(Contenders * Each, tokens.Count);
        Assert.Equal(tokens.Distinct().Order(), tokens);
        await UntilLockKeysAsync(At("a"), 0);
    }

    [Fact]
    public async Task The_value_is_there_as_soon_as_the_lock_is_held()
    {
        await Store.PutAsync(At("a"), "before");
        await using var held = await Store.LockAsync(At("a"), new KvLockOptions { Value = "mine".Bytes() });
        Assert.Equal("mine", (await Open().GetAsync(At("a"))).Value);
    }

    [Fact]
    public async Task The_value_of_a_contender_is_not_there_while_it_waits()
    {
        var first = await Store.LockAsync(At("a"), new KvLockOptions { Value = "first".Bytes() });
        var second = Open().LockAsync(At("a"), new KvLockOptions { Value = "second".Bytes() }).AsTask();
        await UntilLockKeysAsync(At("a"), 2);
        Assert.Equal("first", (await Store.GetAsync(At("a"))).Value);

        await first.UnlockAsync();
        await using var held = await second.WaitAsync(Patience.Limit);
        Assert.Equal("second", (await Store.GetAsync(At("a"))).Value);
    }

    [Fact]
    public async Task Without_a_value_the_locked_key_is_left_alone()
    {
        await using (await Store.LockAsync(At("missing")))
        {
            Assert.False(await Store.ExistsAsync(At("missing")));
        }

        var written = await Store.PutAsync(At("there"), "v");
        await using (await Store.LockAsync(At("there")))
        {
            Assert.Equal(written.Revision, (await Store.GetAsync(At("there"))).Revision);
        }

        Assert.Equal(written.Revision, (await Store.GetAsync(At("there"))).Revision);
    }

    [Fact]
    public async Task The_value_stays_after_the_unlock()
    {
        await using (await Store.LockAsync(At("a"), new KvLockOptions { Value = "v".Bytes() }))
        {
        }

        Assert.Equal("v", (await Store.GetAsync(At("a"))).Value);
    }

    [Fact]
    public async Task Delete_on_unlock_removes_the_locked_key()
    {
        var held = await Store.LockAsync(At("a"), new KvLockOptions { Value = "v".Bytes(), DeleteOnUnlock = true });
        Assert.True(await Store.ExistsAsync(At("a")));
        await held.UnlockAsync();
        Assert.False(await Store.ExistsAsync(At("a")));
        Assert.Empty(await Rig.LockKeysAsync(Store, At("a")));
    }

    [Fact]
    public async Task Delete_on_unlock_without_a_value_removes_the_locked_key_too()
    {
        await Store.PutAllAsync(At("a"), Near("a"));
        await using (await Store.LockAsync(At("a"), new KvLockOptions { DeleteOnUnlock = true }))
        {
        }

        Assert.Equal([Near("a")], await Store.KeysAsync(Root));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_time_to_live_of_zero_or_less_is_refused(int milliseconds)
    {
        var options = new KvLockOptions { Ttl = TimeSpan.FromMilliseconds(milliseconds) };
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.LockAsync(At("a"), options));
        Assert.Empty(await Rig.LockKeysAsync(Store, At("a")));
    }

    [Fact]
    public async Task A_negative_timeout_is_refused() =>
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.LockAsync(At("a"), new KvLockOptions { Timeout = TimeSpan.FromMilliseconds(-1) }));

    [Fact]
    public async Task A_timeout_longer_than_a_timer_holds_is_refused() =>
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.LockAsync(At("a"), new KvLockOptions { Timeout = TimeSpan.MaxValue }));

    [Fact]
    public async Task The_time_to_live_is_rounded_up_to_seconds()
    {
        await using var held = await Store.LockAsync(At("a"), new KvLockOptions { Ttl = TimeSpan.FromSeconds(29.1) });
        Assert.Equal(TimeSpan.FromSeconds(30), held.Ttl);
    }

    [Fact]
    public async Task Held_locks_are_released_when_the_store_closes()
    {
        var other = Open();
        var a = await other.LockAsync(At("a"));
        var b = await other.LockAsync(At("b"), new KvLockOptions { Ttl = TimeSpan.FromHours(1) });
        await other.DisposeAsync();

        Assert.False(a.IsHeld);
        Assert.False(b.IsHeld);
        await UntilLockKeysAsync(At("a"), 0);
        await UntilLockKeysAsync(At("b"), 0);
        await a.DisposeAsync();
    }

    [Fact]
    public async Task Many_locks_can_be_held_at_once()
    {
        const int Count = 50;
        var held = await Task.WhenAll(Enumerable.Range(0, Count).Select(i => Store.LockAsync(At($"{i}"), NoWait).AsTask()));
        Assert.All(held, h => Assert.True(h.IsHeld));
        await Task.WhenAll(held.Select(h => h.UnlockAsync().AsTask()));
        Assert.All(held, h => Assert.False(h.IsHeld));
    }

    [Fact]
    public async Task An_etcd_mutex_is_made_of_a_key_in_the_directory_of_its_name_and_is_a_lock_of_its_own()
    {
        Require(p => p.Leases);
        var mutex = NoWait with { Form = KvLockForm.EtcdMutex };
        await using var beside = await Store.LockAsync(At("a"), NoWait);
        var held = await Store.LockAsync(At("a"), mutex);
        var lockKey = Assert.Single(await Store.ListAllAsync(At("a")));
        Assert.Equal(At($"a/{lockKey.LeaseId:x}"), lockKey.Key);
        Assert.Equal(lockKey.CreateRevision, held.FencingToken);
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await Open().LockAsync(At("a"), mutex));
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await Store.LockAsync(At("a"), mutex));

        await held.UnlockAsync();
        await using var next = await Open().LockAsync(At("a"), mutex);
        Assert.True(next.FencingToken > held.FencingToken);
        Assert.True(beside.IsHeld);
    }

    [Fact]
    public async Task An_etcd_mutex_waits_for_its_turn()
    {
        Require(p => p.Leases);
        var mutex = new KvLockOptions { Form = KvLockForm.EtcdMutex };
        var first = await Store.LockAsync(At("a"), mutex);
        var second = Store.LockAsync(At("a"), mutex).AsTask();
        await Patience.UntilAsync(async () => await Store.CountAsync(KvRange.Prefix(At("a/"))) == 2, "two contenders");
        Assert.False(second.IsCompleted);
        await first.UnlockAsync();
        await using var held = await second.WaitAsync(Patience.Limit);
        Assert.True(held.IsHeld);
    }

    [Fact]
    public async Task A_store_without_leases_says_that_it_has_no_etcd_mutex()
    {
        Assert.SkipWhen(Promises.Leases, "This store has leases.");
        var refused = await Assert.ThrowsAsync<KvNotSupportedException>(async () => await Store.LockAsync(At("a"), new KvLockOptions { Form = KvLockForm.EtcdMutex }));
        Assert.Equal(At("a"), refused.Key);
    }
}
