namespace Valkeyrie.Tests.Conformance;

/// <summary>Waiting for a lock, and its cancellation.</summary>
public abstract class LockWaitConformance(IStoreRig rig) : StoreConformance(rig)
{
    private static readonly KvLockOptions NoWait = new() { Timeout = TimeSpan.Zero };
    private static readonly KvLockOptions Brief = new() { Timeout = TimeSpan.FromMilliseconds(300) };

    [Fact]
    public async Task A_waiting_contender_gets_the_lock_when_it_is_released()
    {
        var held = await Store.LockAsync(At("a"));
        var waiting = Open().LockAsync(At("a")).AsTask();
        await UntilLockKeysAsync(At("a"), 2);
        Assert.False(waiting.IsCompleted);

        await held.UnlockAsync();
        await using var next = await waiting.WaitAsync(Patience.Limit);
        Assert.True(next.IsHeld);
        Assert.True(next.FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task A_store_contends_with_itself()
    {
        var held = await Store.LockAsync(At("a"));
        var waiting = Store.LockAsync(At("a")).AsTask();
        await UntilLockKeysAsync(At("a"), 2);
        Assert.False(waiting.IsCompleted);
        await held.UnlockAsync();
        await using var next = await waiting.WaitAsync(Patience.Limit);
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task Contenders_are_served_in_the_order_of_their_coming()
    {
        Require(p => p.LocksInOrder);
        const int Count = 5;
        var held = await Store.LockAsync(At("a"));
        var order = new List<int>();
        var waiting = new List<Task>();
        for (var i = 0; i < Count; i++)
        {
            waiting.Add(TakeAsync(i));
            await UntilLockKeysAsync(At("a"), i + 2);
        }

        await held.UnlockAsync();
        await Task.WhenAll(waiting).WaitAsync(Patience.Limit);
        Assert.Equal(Enumerable.Range(0, Count), order);

        async Task TakeAsync(int contender)
        {
            await using var mine = await Store.LockAsync(At("a"));
            order.Add(contender);
        }
    }

    [Fact]
    public async Task A_timeout_is_cannot_lock_and_leaves_nothing_behind()
    {
        var held = await Store.LockAsync(At("a"));
        var cannot = await Assert.ThrowsAsync<KvCannotLockException>(async () => await Open().LockAsync(At("a"), Brief));
        Assert.Equal(At("a"), cannot.Key);
        Assert.Equal(KvErrorCode.CannotLock, cannot.Code);

        await UntilLockKeysAsync(At("a"), 1);
        Assert.True(held.IsHeld);
        await held.UnlockAsync();
        await using var next = await Store.LockAsync(At("a"), NoWait);
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task Taking_a_held_lock_without_waiting_leaves_nothing_behind()
    {
        await using var held = await Store.LockAsync(At("a"));
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await Open().LockAsync(At("a"), NoWait with { Value = "theirs".Bytes() }));
        await UntilLockKeysAsync(At("a"), 1);
        Assert.False(await Store.ExistsAsync(At("a")));
    }

    [Fact]
    public async Task A_free_lock_is_taken_without_waiting()
    {
        for (var i = 0; i < 5; i++)
        {
            await using var held = await Store.LockAsync(At("a"), NoWait);
            Assert.True(held.IsHeld);
        }
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_nothing_behind()
    {
        var held = await Store.LockAsync(At("a"));
        using var cancel = new CancellationTokenSource();
        var waiting = Open().LockAsync(At("a"), new KvLockOptions { Value = "theirs".Bytes() }, cancel.Token).AsTask();
        await UntilLockKeysAsync(At("a"), 2);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience.Limit));

        await UntilLockKeysAsync(At("a"), 1);
        Assert.False(await Store.ExistsAsync(At("a")));
        await held.UnlockAsync();
        await using var next = await Store.LockAsync(At("a"), NoWait);
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task A_wait_cancelled_at_any_moment_leaves_nothing_behind()
    {
        const int Rounds = 40;
        var other = Open();
        for (var round = 0; round < Rounds; round++)
        {
            using var cancel = new CancellationTokenSource();
            var taking = other.LockAsync(At("a"), null, cancel.Token).AsTask();

            // From before it is sent to after it is held.
            for (var spin = 0; spin < round * 200; spin++)
            {
                Thread.SpinWait(20);
            }

            await cancel.CancelAsync();
            try
            {
                await (await taking.WaitAsync(Patience.Limit)).DisposeAsync();
            }
            catch (OperationCanceledException)
            {
                // Canceled in time; the test is about its remains.
            }

            await using var mine = await Store.LockAsync(At("a")).AsTask().WaitAsync(Patience.Limit);
            Assert.True(mine.IsHeld);
        }

        await UntilLockKeysAsync(At("a"), 0);
    }

    [Fact]
    public async Task A_contender_that_gives_up_does_not_let_those_behind_it_in()
    {
        var held = await Store.LockAsync(At("a"));
        using var cancel = new CancellationTokenSource();
        var second = Open().LockAsync(At("a"), null, cancel.Token).AsTask();
        await UntilLockKeysAsync(At("a"), 2);
        var third = Open().LockAsync(At("a")).AsTask();
        await UntilLockKeysAsync(At("a"), 3);

        await cancel.CancelAsync();
        await UntilLockKeysAsync(At("a"), 2);
        Assert.True(held.IsHeld);
        Assert.False(third.IsCompleted);

        await held.UnlockAsync();
        await using var last = await third.WaitAsync(Patience.Limit);
        Assert.True(last.IsHeld);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }
}
