namespace Valkeyrie.Tests.Etcd;

/// <summary>Our locks and those of etcd's own tool exclude each other: both follow etcd's mutex recipe under <c>KEY___lock</c>.</summary>
public sealed class LockInteropTests(SharedEtcd etcd)
{
    private static readonly KvLockOptions NoWait = new() { Timeout = TimeSpan.Zero };

    private readonly string _key = $"interop-{Guid.NewGuid():n}";
    private readonly EtcdV3Rig _rig = new(etcd.Server);

    private string LockName => _key + KeyRules.LockSuffix;

    [Fact]
    public async Task A_lock_of_etcdctl_excludes_us()
    {
        Signals.Need();
        await using var store = _rig.Open();
        using var theirs = new EtcdControlLock(etcd.Server.Endpoint, LockName);
        Assert.StartsWith(LockName + "/", await theirs.Held.WaitAsync(Patience.Limit), StringComparison.Ordinal);
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await store.LockAsync(_key, NoWait));

        var waiting = store.LockAsync(_key).AsTask();
        await UntilContendersAsync(store, 2);
        Assert.False(waiting.IsCompleted);
        await theirs.ReleaseAsync();
        await using var ours = await waiting.WaitAsync(Patience.Limit);
        Assert.True(ours.IsHeld);
    }

    [Fact]
    public async Task Our_lock_excludes_etcdctl()
    {
        await using var store = _rig.Open();
        var ours = await store.LockAsync(_key);
        using var theirs = new EtcdControlLock(etcd.Server.Endpoint, LockName);
        await UntilContendersAsync(store, 2);
        Assert.False(theirs.Held.IsCompleted);

        await ours.UnlockAsync();
        Assert.StartsWith(LockName + "/", await theirs.Held.WaitAsync(Patience.Limit), StringComparison.Ordinal);
    }

    private Task UntilContendersAsync(IKvStore store, int count) =>
        Patience.UntilAsync(async () => (await _rig.LockKeysAsync(store, _key)).Count == count, $"{count} contenders");
}
