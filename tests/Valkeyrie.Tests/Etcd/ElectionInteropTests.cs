namespace Valkeyrie.Tests.Etcd;

/// <summary>Our programs and <c>etcdctl elect</c>, which uses etcd's Go package <c>concurrency</c>, campaign in the same elections.</summary>
public sealed class ElectionInteropTests(SharedEtcd etcd)
{
    private readonly string _name = $"interop-{Guid.NewGuid():n}";
    private readonly EtcdV3Rig _rig = new(etcd.Server);

    [Fact]
    public async Task We_wait_while_etcdctl_leads_and_lead_when_it_resigns()
    {
        Signals.Need();
        await using var store = _rig.Open();
        using var theirs = new EtcdControlElection(etcd.Server.Endpoint, _name, "theirs");
        var key = await theirs.Elected.WaitAsync(Patience.Limit);
        Assert.StartsWith(_name + "/", key, StringComparison.Ordinal);
        var seen = await Of(store).TryGetElectionAsync(_name);
        Assert.Equal((key, "theirs"), (seen!.Leader.Key, seen.Value));
        await Assert.ThrowsAsync<KvNotElectedException>(
            async () => await Of(store).CampaignAsync(_name, "ours".Bytes(), new KvCampaignOptions { Timeout = TimeSpan.Zero }));

        var waiting = Of(store).CampaignAsync(_name, "ours".Bytes()).AsTask();
        await UntilWaitingAsync(store, 1);
        Assert.False(waiting.IsCompleted);
        await theirs.ReleaseAsync();
        await using var ours = await waiting.WaitAsync(Patience.Limit);
        Assert.True(ours.FencingToken > seen.FencingToken);
    }

    [Fact]
    public async Task Etcdctl_waits_while_we_lead_and_leads_when_we_resign()
    {
        await using var store = _rig.Open();
        var ours = await Of(store).CampaignAsync(_name, "ours".Bytes());
        using var theirs = new EtcdControlElection(etcd.Server.Endpoint, _name, "theirs");
        await UntilWaitingAsync(store, 1);
        Assert.False(theirs.Elected.IsCompleted);
        Assert.Equal("theirs", (await Of(store).TryGetElectionAsync(_name))!.Waiting.Single().Value);

        await ours.ResignAsync();
        Assert.StartsWith(_name + "/", await theirs.Elected.WaitAsync(Patience.Limit), StringComparison.Ordinal);
        Assert.Equal("theirs", (await Of(store).TryGetElectionAsync(_name))!.Value);
    }

    [Fact]
    public async Task Etcdctl_sees_who_of_us_leads_and_what_it_proclaims()
    {
        await using var store = _rig.Open();
        await using var ours = await Of(store).CampaignAsync(_name, "starting".Bytes());
        using var watching = new EtcdControlElection(etcd.Server.Endpoint, _name);
        Assert.Equal(ours.Key, await watching.ReadLineAsync());
        Assert.Equal("starting", await watching.ReadLineAsync());
        await ours.ProclaimAsync("ready".Bytes());
        Assert.Equal(ours.Key, await watching.ReadLineAsync());
        Assert.Equal("ready", await watching.ReadLineAsync());
    }

    [Fact]
    public async Task We_see_who_leads_whether_it_is_etcdctl_or_we()
    {
        Signals.Need();
        await using var store = _rig.Open();
        using var enough = new CancellationTokenSource(Patience.Limit);
        await using var events = Of(store).WatchElectionAsync(_name, enough.Token).GetAsyncEnumerator(enough.Token);
        Assert.Equal((KvElectionEventType.Vacant, null), await NextAsync());
        using var theirs = new EtcdControlElection(etcd.Server.Endpoint, _name, "theirs");
        Assert.Equal((KvElectionEventType.Elected, "theirs"), await NextAsync());
        var waiting = Of(store).CampaignAsync(_name, "ours".Bytes()).AsTask();
        await UntilWaitingAsync(store, 1);
        await theirs.ReleaseAsync();
        Assert.Equal((KvElectionEventType.Elected, "ours"), await NextAsync());
        await (await waiting).ResignAsync();
        Assert.Equal((KvElectionEventType.Vacant, null), await NextAsync());

        async Task<(KvElectionEventType, string?)> NextAsync()
        {
            Assert.True(await events.MoveNextAsync());
            return (events.Current.Type, events.Current.Value);
        }
    }

    private static IKvElections Of(IKvStore store) => store.GetCapability<IKvElections>();

    private Task UntilWaitingAsync(IKvStore store, int count) => Patience.UntilAsync(
        async () => (await Of(store).TryGetElectionAsync(_name))?.Waiting.Count == count, $"{count} who wait");
}
