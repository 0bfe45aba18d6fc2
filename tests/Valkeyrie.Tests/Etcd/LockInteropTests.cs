namespace Valkeyrie.Tests.Etcd;

/// <summary>Our locks and those of etcd's own tool exclude each other: with <see cref="KvLockForm.EtcdMutex"/> under the same name, otherwise under
/// <c>KEY___lock</c>.</summary>
public sealed class LockInteropTests(SharedEtcd etcd)
{
    private static readonly KvLockOptions NoWait = new() { Timeout = TimeSpan.Zero };

    private readonly string _key = $"interop-{Guid.NewGuid():n}";
    private readonly EtcdV3Rig _rig = new(etcd.Server);

    public static TheoryData<KvLockForm> Forms => [KvLockForm.Beside, KvLockForm.EtcdMutex];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_lock_of_etcdctl_excludes_us(KvLockForm form)
    {
        Signals.Need();
        await using var store = _rig.Open();
        using var theirs = new EtcdControlLock(etcd.Server.Endpoint, NameOf(form));
        Assert.StartsWith(NameOf(form) + "/", await theirs.Held.WaitAsync(Patience.Limit), StringComparison.Ordinal);
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await store.LockAsync(_key, NoWait with { Form = form }));

        var waiting = store.LockAsync(_key, new KvLockOptions { Form = form }).AsTask();
        await UntilContendersAsync(store, form, 2);
        Assert.False(waiting.IsCompleted);
        await theirs.ReleaseAsync();
        await using var ours = await waiting.WaitAsync(Patience.Limit);
        Assert.True(ours.IsHeld);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Our_lock_excludes_etcdctl(KvLockForm form)
    {
        await using var store = _rig.Open();
        var ours = await store.LockAsync(_key, new KvLockOptions { Form = form });
        using var theirs = new EtcdControlLock(etcd.Server.Endpoint, NameOf(form));
        await UntilContendersAsync(store, form, 2);
        Assert.False(theirs.Held.IsCompleted);

        await ours.UnlockAsync();
        Assert.StartsWith(NameOf(form) + "/", await theirs.Held.WaitAsync(Patience.Limit), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_fencing_token_grows_from_holder_to_holder_be_it_etcdctl_or_us()
    {
        Signals.Need();
        await using var store = _rig.Open();
        var mutex = new KvLockOptions { Form = KvLockForm.EtcdMutex };
        var last = 0L;
        for (var i = 0; i < 2; i++)
        {
            await using (var ours = await store.LockAsync(_key, mutex))
            {
                Assert.True(ours.FencingToken > last);
                last = ours.FencingToken;
            }

            using var theirs = new EtcdControlLock(etcd.Server.Endpoint, _key);
            var token = (await store.GetAsync((await theirs.Held.WaitAsync(Patience.Limit))!)).CreateRevision!.Value;
            Assert.True(token > last);
            last = token;
            await theirs.ReleaseAsync();
        }
    }

    [Fact]
    public async Task Of_us_and_etcdctl_one_at_a_time_is_inside()
    {
        Signals.Need();
        const int Each = 6;
        using var folder = new TemporaryFolder();
        var log = Path.Combine(folder.Path, "log");
        await using var store = _rig.Open();
        var theirs = Enumerable.Range(0, 2).Select(async _ =>
        {
            for (var i = 0; i < Each; i++)
            {
                await EtcdControlLock.RunAsync(etcd.Server.Endpoint, _key, $"echo in >> '{log}'; echo out >> '{log}'");
            }
        });
        var ours = Enumerable.Range(0, 2).Select(async _ =>
        {
            for (var i = 0; i < Each; i++)
            {
                await using var held = await store.LockAsync(_key, new KvLockOptions { Form = KvLockForm.EtcdMutex });
                await File.AppendAllTextAsync(log, "in\n");
                await Task.Yield();
                await File.AppendAllTextAsync(log, "out\n");
            }
        });
        await Task.WhenAll(theirs.Concat(ours)).WaitAsync(Patience.Limit * 2);
        Assert.Equal(Enumerable.Range(0, 8 * Each).Select(line => line % 2 == 0 ? "in" : "out"), await File.ReadAllLinesAsync(log));
    }

    private string NameOf(KvLockForm form) => LockNames.DirectoryOf(_key, form)[..^1];

    private Task UntilContendersAsync(IKvStore store, KvLockForm form, int count) =>
        Patience.UntilAsync(async () => (await etcd.Server.Gateway.KeysAsync(NameOf(form) + "/")).Count == count, $"{count} contenders");
}
