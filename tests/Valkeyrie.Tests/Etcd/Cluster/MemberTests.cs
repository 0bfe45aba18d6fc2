using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Etcd.Cluster;

/// <summary>The status of a cluster's members, from each of them.</summary>
public sealed class MemberTests
{
    static MemberTests() => EtcdStore.Register();

    [Fact]
    public async Task Each_member_tells_its_part_and_one_that_is_away_tells_why_without_holding_up_the_others()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var store = KvStore.Open(cluster.Address);
        await store.PutAsync("a", "1");
        var all = await PingedEndpoint.Of(store).CheckEndpointsAsync().ToListAsync();
        Assert.Equal(store.Info.Endpoints.Order(), all.Select(s => s.Endpoint).Order());
        Assert.All(all, s => Assert.True(s.IsServing));
        var leader = Assert.Single(all, s => s.IsLeader == true);
        Assert.All(all, s => Assert.Equal(leader.MemberId, s.LeaderId));
        Assert.Equal(EtcdCluster.Size, all.Select(s => s.MemberId).Distinct().Count());
        Assert.Single(all.Select(s => s.ClusterId).Distinct());
        Assert.All(all, s => Assert.True(s.RaftTerm > 0 && s.DatabaseSize > 0 && !s.IsLearner));

        cluster.Kill(0);
        cluster.Suspend(1);

        // A stopped process can still send one or two answers that were in flight.
        List<KvEndpointStatus> statuses;
        do
        {
            statuses = await PingedEndpoint.Of(store).CheckEndpointsAsync(TimeSpan.FromSeconds(2)).ToListAsync();
        }
        while (StatusOf(1).IsServing);

        var dead = StatusOf(0);
        Assert.Equal((false, KvErrorCode.Unreachable), (dead.IsReachable, dead.ErrorCode));
        Assert.Contains(cluster.EndpointOf(0), dead.Reason, StringComparison.Ordinal);
        var silent = StatusOf(1);
        Assert.Equal((false, KvErrorCode.TimedOut), (silent.IsServing, silent.ErrorCode));
        Assert.Same(silent, statuses[^1]);
        Assert.True(StatusOf(2).IsReachable);

        KvEndpointStatus StatusOf(int member) => Assert.Single(statuses, s => s.Endpoint.EndsWith(cluster.EndpointOf(member), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_member_without_a_leader_is_reachable_and_does_not_serve()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var store = KvStore.Open($"etcd://{cluster.EndpointOf(2)}");
        await store.PutAsync("a", "1");
        cluster.Kill(0);
        cluster.Kill(1);
        KvEndpointStatus status;
        do
        {
            // The member detects this within an election timeout.
            status = Assert.Single(await PingedEndpoint.Of(store).CheckEndpointsAsync().ToListAsync());
            Assert.True(status.IsReachable);
        }
        while (status.IsServing);

        Assert.Null(status.LeaderId);
        Assert.NotEmpty(status.Problems);
    }
}
