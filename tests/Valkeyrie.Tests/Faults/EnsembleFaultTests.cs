namespace Valkeyrie.Tests.Faults;

/// <summary>ZooKeeper's ensemble under faults. <c>build.sh soak</c> runs longer rounds of the same kind.</summary>
public sealed class EnsembleFaultTests(ITestOutputHelper output)
{
    [Fact]
    public Task Acknowledged_writes_stay_reads_are_linearizable_and_watches_know_what_there_is_while_leaders_die() =>
        RunAsync("ensemble", run => KilledLeaderRound.RunAsync(run, TimeSpan.FromSeconds(12), async () => await FaultyEnsemble.StartAsync()));

    [Fact]
    public Task No_stale_holder_is_accepted_and_each_knows_before_another_holds_the_lock() =>
        RunAsync("ensemble-locks", run => LockRound.RunAsync(run, TimeSpan.FromSeconds(10), async () => await FaultyEnsemble.StartAsync()));

    private async Task RunAsync(string name, Func<FaultRun, Task<string>> round)
    {
        Signals.Need();
        Assert.SkipUnless(ZooKeeperBinary.IsInstalled, "ZooKeeper is not installed here.");
        output.WriteLine($"{FaultRun.SeedVariable}={FaultRun.DefaultSeed}");
        output.WriteLine(await round(new FaultRun(name, FaultRun.DefaultSeed)));
    }
}
