using System.Text.Json;

namespace Valkeyrie.Tests.Consul;

/// <summary>Elections on Consul as other programs see them.</summary>
public sealed class ConsulElectionTests(SharedConsul consul) : ConsulTests(consul)
{
    private IKvElections Elections => Store.GetCapability<IKvElections>();

    [Fact]
    public async Task A_contender_holds_a_key_that_is_named_after_its_session()
    {
        await using var leads = await Elections.CampaignAsync(At("a"), "me".Bytes());
        var key = JsonDocument.Parse(await Agent.SendAsync(HttpMethod.Get, $"/v1/kv/{leads.Key}")).RootElement[0];
        Assert.Equal($"{At("a")}/{key.GetProperty("Session").GetString()}", leads.Key);
        Assert.Equal(leads.FencingToken, key.GetProperty("CreateIndex").GetInt64());
        await leads.ProclaimAsync("ready".Bytes());
        Assert.Contains(key.GetProperty("Session").GetString()!, await Agent.SendAsync(HttpMethod.Get, $"/v1/kv/{leads.Key}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_leader_is_told_when_an_administrator_ends_its_session_and_the_next_one_leads()
    {
        await using var leads = await Elections.CampaignAsync(At("a"), "1".Bytes());
        var waiting = Elections.CampaignAsync(At("a"), "2".Bytes()).AsTask();
        await Patience.UntilAsync(async () => (await Elections.TryGetElectionAsync(At("a")))!.Waiting.Count == 1, "the one who waits");
        await Agent.SendAsync(HttpMethod.Put, $"/v1/session/destroy/{leads.Key[(leads.Key.LastIndexOf('/') + 1)..]}");
        await using var second = await waiting.WaitAsync(Patience.Limit);
        await Patience.UntilAsync(() => leads.Lost.IsCancellationRequested, "the loss of the leadership");
        Assert.False(leads.IsLeader);
        await Assert.ThrowsAsync<KvLeadershipLostException>(async () => await leads.ProclaimAsync("still".Bytes()));
    }

    [Fact]
    public async Task Data_in_the_directory_of_an_election_never_leads()
    {
        await Store.PutAllAsync(At("a/b"), At("a/.lock"));
        await Store.PutAsync(At("a/held"), "", new KvPutOptions { Ttl = TimeSpan.FromMinutes(1) });
        await using var leads = await Elections.CampaignAsync(At("a"), "me".Bytes(), new KvCampaignOptions { Timeout = TimeSpan.Zero });
        Assert.Equal("me", (await Elections.TryGetElectionAsync(At("a")))!.Value);
        Assert.Empty((await Elections.TryGetElectionAsync(At("a")))!.Waiting);
    }

    [Fact]
    public async Task A_name_that_no_url_can_carry_is_a_name()
    {
        var name = At("a//b/../c");
        await using var leads = await Elections.CampaignAsync(name, "me".Bytes());
        await using var events = Elections.WatchElectionAsync(name).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("me", events.Current.Value);
        var waiting = Elections.CampaignAsync(name, "next".Bytes()).AsTask();
        await Patience.UntilAsync(async () => (await Elections.TryGetElectionAsync(name))!.Waiting.Count == 1, "the one who waits");
        await leads.ResignAsync();
        await using var next = await waiting.WaitAsync(Patience.Limit);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("next", events.Current.Value);
    }
}
