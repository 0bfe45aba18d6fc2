using dotnet_etcd;
using Etcdserverpb;
using Google.Protobuf;
using V3Electionpb;
using V3Lockpb;

namespace Valkeyrie.Tests.Etcd;

/// <summary>Another client, dotnet-etcd with its own channel, on the same server: each reads, locks, watches and elects with the other's data.</summary>
public sealed class IndependentClientTests : IAsyncLifetime
{
    private readonly SharedEtcd _etcd;
    private readonly string _root = $"independent-{Guid.NewGuid():n}";
    private EtcdClient _theirs = null!;
    private IKvStore _ours = null!;

    public IndependentClientTests(SharedEtcd etcd) => _etcd = etcd;

    public ValueTask InitializeAsync()
    {
        _theirs = new EtcdClient($"http://{_etcd.Server.Endpoint}");
        _ours = new EtcdV3Rig(_etcd.Server).Open();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _theirs?.Dispose();
        if (_ours is not null)
        {
            await _ours.DisposeAsync();
        }
    }

    [Fact]
    public async Task It_reads_what_we_write_with_its_revisions_and_lease_and_we_what_it_writes()
    {
        var lease = await _ours.GetCapability<IKvLeases>().GrantLeaseAsync(TimeSpan.FromSeconds(60));
        byte[] value = [0, 0xFF, 10, 13];
        var ours = await _ours.PutAsync(At("a"), value, new KvPutOptions { LeaseId = lease.Id });
        var seen = Assert.Single((await _theirs.GetAsync(At("a"))).Kvs);
        Assert.Equal((ours.Revision, lease.Id, 1L), (seen.ModRevision, seen.Lease, seen.Version));
        Assert.Equal(value, seen.Value.ToByteArray());

        var theirs = await _theirs.PutAsync(At("b"), "grün");
        var read = await _ours.GetAsync(At("b"));
        Assert.Equal(("grün", theirs.Header.Revision, 1L), (read.Value, read.Revision, read.Version));
        Assert.Equal([At("a"), At("b")], (await _ours.ListAsync(_root).ToListAsync()).Select(p => p.Key));
        Assert.Equal([At("a"), At("b")], (await _theirs.GetRangeAsync(_root + "/")).Kvs.Select(kv => kv.Key.ToStringUtf8()));

        Assert.True(await _ours.TryDeleteAsync(At("b")));
        Assert.Empty((await _theirs.GetAsync(At("b"))).Kvs);
        await _theirs.DeleteAsync(At("a"));
        Assert.Null(await _ours.TryGetAsync(At("a")));
    }

    [Fact]
    public async Task A_change_of_either_is_seen_by_the_watch_of_the_other()
    {
        await using var watching = RunningWatch.Tree(_ours, _root, new KvWatchOptions { FromRevision = 1 });
        var put = await _theirs.PutAsync(At("w"), "theirs");
        await watching.UntilAsync(e => e.Type == KvEventType.Put && e.Key == At("w") && e.Revision == put.Header.Revision);
        var deleted = await _theirs.DeleteAsync(At("w"));
        await watching.UntilAsync(e => e.Type == KvEventType.Delete && e.Key == At("w") && e.Revision == deleted.Header.Revision);

        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var request = new WatchRequest { CreateRequest = new WatchCreateRequest { Key = ByteString.CopyFromUtf8(At("o")), StartRevision = deleted.Header.Revision } };
        var theirs = Task.Run(() => _theirs.WatchAsync(request, (WatchResponse response) =>
        {
            foreach (var change in response.Events)
            {
                seen.TrySetResult($"{change.Kv.Value.ToStringUtf8()} at {change.Kv.ModRevision}");
            }
        }, cancellationToken: stop.Token));
        var ours = await _ours.PutAsync(At("o"), "ours");
        Assert.Equal($"ours at {ours.Revision}", await seen.Task.WaitAsync(Patience.Limit));
        await stop.CancelAsync();
        await theirs.ContinueWith(static _ => { }, TaskScheduler.Default).WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task A_lock_of_either_keeps_the_other_out()
    {
        var etcdMutex = new KvLockOptions { Form = KvLockForm.EtcdMutex };
        var name = ByteString.CopyFromUtf8(At("l"));
        var held = await _ours.LockAsync(At("l"), etcdMutex);
        var waiting = _theirs.LockAsync(new LockRequest { Name = name, Lease = await GrantAsync() });
        await UntilKeysAsync("l", 2);
        Assert.False(waiting.IsCompleted);
        await held.UnlockAsync();
        var theirs = await waiting.WaitAsync(Patience.Limit);

        await Assert.ThrowsAsync<KvCannotLockException>(async () => await _ours.LockAsync(At("l"), etcdMutex with { Timeout = TimeSpan.Zero }));
        var ours = _ours.LockAsync(At("l"), etcdMutex).AsTask();
        await UntilKeysAsync("l", 2);
        Assert.False(ours.IsCompleted);
        await _theirs.UnlockAsync(new UnlockRequest { Key = theirs.Key });
        await using var taken = await ours.WaitAsync(Patience.Limit);
        Assert.True(taken.FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task An_election_is_one_queue_for_both()
    {
        var elections = _ours.GetCapability<IKvElections>();
        var name = ByteString.CopyFromUtf8(At("e"));
        var leader = await _theirs.CampaignAsync(new CampaignRequest { Name = name, Lease = await GrantAsync(), Value = ByteString.CopyFromUtf8("theirs") });
        Assert.Equal("theirs", (await elections.TryGetElectionAsync(At("e")))!.Value);
        var waiting = elections.CampaignAsync(At("e"), "ours".Bytes()).AsTask();
        await UntilKeysAsync("e", 2);
        Assert.False(waiting.IsCompleted);
        await _theirs.ResignAsync(new ResignRequest { Leader = leader.Leader });
        await using var ours = await waiting.WaitAsync(Patience.Limit);
        Assert.Equal("ours", (await _theirs.LeaderAsync(new LeaderRequest { Name = name })).Kv.Value.ToStringUtf8());
    }

    private string At(string name) => $"{_root}/{name}";

    private async Task<long> GrantAsync() => (await _theirs.LeaseGrantAsync(new LeaseGrantRequest { TTL = 60 })).ID;

    private Task UntilKeysAsync(string name, int count) =>
        Patience.UntilAsync(async () => (await _theirs.GetRangeAsync(At(name) + "/")).Kvs.Count == count, $"{count} keys below {name}");
}
