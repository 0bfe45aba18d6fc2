namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>Queues of locks and elections if a server does not answer in time.</summary>
public sealed class LineTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Who_gave_up_before_the_server_answered_does_not_stand_in_line_for_ever()
    {
        Signals.Need();
        Assert.SkipUnless(ZooKeeperBinary.IsInstalled, "ZooKeeper is not installed here.");
        await using var server = await ZooKeeperServer.StartAsync();
        var rig = new ZooKeeperRig(server);
        await using var impatient = rig.Open(new KvStoreOptions { Timeout = TimeSpan.FromSeconds(1) });
        await using var other = rig.Open();
        var elections = other.GetCapability<IKvElections>();
        await (await impatient.LockAsync("warm", new KvLockOptions { Ttl = Ttl })).UnlockAsync();
        var first = await other.LockAsync("a");
        var leader = await elections.CampaignAsync("b", "".Bytes());

        // The replies about its places arrive after it has stopped waiting; its session continues.
        server.Suspend();
        await Assert.ThrowsAnyAsync<KvException>(async () => await impatient.LockAsync("a", new KvLockOptions { Ttl = Ttl, Timeout = TimeSpan.FromMilliseconds(100) }));
        await Assert.ThrowsAnyAsync<KvException>(
            async () => await impatient.GetCapability<IKvElections>().CampaignAsync("b", "".Bytes(), new KvCampaignOptions { Ttl = Ttl, Timeout = TimeSpan.FromMilliseconds(100) }));
        server.Resume();
        await other.PingAsync();
        await first.UnlockAsync();
        await leader.ResignAsync();
        await using var held = await other.LockAsync("a", new KvLockOptions { Timeout = Ttl / 3 });
        await using var leads = await elections.CampaignAsync("b", "".Bytes(), new KvCampaignOptions { Timeout = Ttl / 3 });
        Assert.True(held.IsHeld && leads.IsLeader);
    }
}
