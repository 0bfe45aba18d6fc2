using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>Elections on ZooKeeper as other programs see them.</summary>
public sealed class ZooKeeperElectionTests(SharedZooKeeper shared) : IAsyncDisposable
{
    private readonly IKvStore _store = new ZooKeeperRig(shared.Server).Open();
    private readonly Session _other = Sessions.Open(shared.Server.Endpoint);
    private readonly string _name = $"election-{Guid.NewGuid():n}/leader";

    private IKvElections Elections => _store.GetCapability<IKvElections>();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task A_contender_of_curators_recipe_stands_in_the_same_line()
    {
        var ours = await Elections.CampaignAsync(_name, "ours".Bytes());
        var curator = await _other.CallAsync(new CreateRequest($"/{_name}/_c_{Guid.NewGuid()}-lock-", "theirs".Bytes(), CreateMode.EphemeralSequential, AccessEntry.Open));
        var next = Elections.CampaignAsync(_name, "next".Bytes()).AsTask();
        await Patience.UntilAsync(async () => (await Elections.TryGetElectionAsync(_name))!.Waiting.Count == 2, "both who wait");
        var election = await Elections.TryGetElectionAsync(_name);
        Assert.Equal(("ours", "theirs", "next"), (election!.Value, election.Waiting[0].Value, election.Waiting[1].Value));

        // Curator orders by the text after the last "lock-".
        var names = (await _other.CallAsync(new GetChildrenRequest($"/{_name}", synced: true))).Value!.Names;
        Assert.EndsWith("/" + names.MinBy(n => n[(n.LastIndexOf("lock-", StringComparison.Ordinal) + 5)..], StringComparer.Ordinal), ours.Key, StringComparison.Ordinal);

        await ours.ResignAsync();
        Assert.Equal("theirs", (await Elections.TryGetElectionAsync(_name))!.Value);
        Assert.False(next.IsCompleted);
        await _other.CallAsync(new DeleteRequest(curator.Value!.Path));
        await using var second = await next.WaitAsync(Patience.Limit);
        Assert.True(second.FencingToken > curator.Value.Stat.Czxid);
    }

    [Fact]
    public async Task Data_in_the_directory_of_an_election_never_leads()
    {
        await _store.PutAllAsync($"{_name}/b", $"{_name}/old-lock-0000000000");
        await using var leads = await Elections.CampaignAsync(_name, "me".Bytes(), new KvCampaignOptions { Timeout = TimeSpan.Zero });
        Assert.Equal("me", (await Elections.TryGetElectionAsync(_name))!.Value);
        Assert.Empty((await Elections.TryGetElectionAsync(_name))!.Waiting);
    }
}
