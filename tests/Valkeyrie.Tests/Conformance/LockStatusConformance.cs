namespace Valkeyrie.Tests.Conformance;

/// <summary>The holder of a lock, since when, and the waiting clients.</summary>
public abstract class LockStatusConformance(IStoreRig rig) : StoreConformance(rig)
{
    public static TheoryData<KvLockForm> Forms => [KvLockForm.Beside, KvLockForm.EtcdMutex];

    private IKvLockStatus Locks => Store.GetCapability<IKvLockStatus>();

    [Fact]
    public void A_store_that_does_not_tell_says_so()
    {
        Assert.SkipWhen(Store.TryGetCapability<IKvLockStatus>(out _), "This store tells.");
        Assert.Contains("lock status", Assert.Throws<KvNotSupportedException>(() => Store.GetCapability<IKvLockStatus>()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task The_holder_and_those_who_wait_are_told_in_their_order(KvLockForm form)
    {
        Require(p => p.Leases);
        Assert.Null(await Locks.TryGetLockAsync(At("a"), form));
        var began = DateTimeOffset.UtcNow.AddSeconds(-1);
        var first = await Store.LockAsync(At("a"), new KvLockOptions { Form = form, Owner = "first of all" });
        var second = Open().LockAsync(At("a"), new KvLockOptions { Form = form }).AsTask();
        await UntilWaitingAsync(form, 1);
        var held = await Locks.TryGetLockAsync(At("a"), form);
        Assert.Equal((At("a"), "first of all", first.FencingToken), (held!.Key, held.Owner, held.FencingToken));
        Assert.Equal([KvLockOptions.DefaultOwner], held.Waiting);
        Assert.InRange(held.Since!.Value, began, DateTimeOffset.UtcNow);
        Assert.NotNull(held.LeaseId);

        await first.UnlockAsync();
        await using var next = await second.WaitAsync(Patience.Limit);
        held = await Locks.TryGetLockAsync(At("a"), form);
        Assert.Equal((KvLockOptions.DefaultOwner, next.FencingToken, 0), (held!.Owner, held.FencingToken, held.Waiting.Count));
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task An_owner_may_be_any_text()
    {
        Require(p => p.Leases);
        foreach (var owner in new[] { "", "a b c", "a 2020-01-01T00:00:00Z", "two\nlines" })
        {
            await using var held = await Store.LockAsync(At("a"), new KvLockOptions { Owner = owner });
            Assert.Equal(owner, (await Locks.TryGetLockAsync(At("a")))!.Owner);
        }
    }

    [Fact]
    public async Task The_locks_of_a_directory_are_found_among_data_and_locks_of_the_other_form()
    {
        Require(p => p.Leases);
        await Store.PutAllAsync(At("d/data"), At("d/named___lock/1f"), At("other"));
        await using var itself = await Store.LockAsync(At("d"));
        await using var one = await Store.LockAsync(At("d/1"));
        await using var deep = await Store.LockAsync(At("d/x/2"));
        await using var mutex = await Store.LockAsync(At("d/mutex"), new KvLockOptions { Form = KvLockForm.EtcdMutex });
        Assert.Equal([At("d/1"), At("d/x/2")], await KeysAsync(At("d"), KvLockForm.Beside));
        Assert.Equal([At("d"), At("d/1"), At("d/x/2")], await KeysAsync(Root, KvLockForm.Beside));
        Assert.Equal([At("d/mutex")], await KeysAsync(Root, KvLockForm.EtcdMutex));
        Assert.Equal([At("d")], await KeysAsync(KvRange.Key(At("d")), KvLockForm.Beside));
    }

    private async Task<IReadOnlyList<string>> KeysAsync(KvRange range, KvLockForm form)
    {
        var keys = new List<string>();
        await foreach (var held in Locks.ListLocksAsync(range, form))
        {
            keys.Add(held.Key);
        }

        return [.. keys.Order(StringComparer.Ordinal)];
    }

    private Task UntilWaitingAsync(KvLockForm form, int count) => Patience.UntilAsync(
        async () => (await Locks.TryGetLockAsync(At("a"), form))?.Waiting.Count == count, $"{count} who wait");
}
