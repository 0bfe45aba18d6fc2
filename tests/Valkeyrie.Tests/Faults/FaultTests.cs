namespace Valkeyrie.Tests.Faults;

/// <summary>The short rounds under faults, about half a minute together. <c>build.sh soak</c> runs the same rounds for longer.</summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    [Fact]
    public Task Acknowledged_writes_stay_reads_are_linearizable_and_watches_miss_nothing_while_members_fail()
    {
        Signals.Need();
        return RunAsync("registers", run => RegisterRound.RunAsync(run, TimeSpan.FromSeconds(16)));
    }

    [Fact]
    public Task A_watch_through_broken_ways_and_compaction_delivers_all_or_says_what_is_gone() =>
        RunAsync("compaction", run => CompactionRound.RunAsync(run, breaks: 8));

    [Fact]
    public Task Writes_in_batches_are_each_acknowledged_or_reported_and_none_is_lost_or_made_twice_while_members_fail_and_clients_are_killed()
    {
        Signals.Need();
        return RunAsync("batches", run => BatchRound.RunAsync(run, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public Task Calls_of_several_processes_on_one_file_are_linearizable_and_none_acknowledged_is_lost_by_a_kill() =>
        RunAsync("embedded", run => EmbeddedRound.RunAsync(run, kills: 3));

    [Fact]
    public Task Writes_in_batches_to_one_file_are_each_acknowledged_or_reported_and_none_is_lost_or_made_twice_when_processes_are_killed() =>
        RunAsync("embedded-batches", run => EmbeddedBatchRound.RunAsync(run, kills: 3));

    [Fact]
    public Task Clients_idle_behind_proxies_that_drop_what_is_idle_notice_within_their_keep_alive_time() =>
        RunAsync("idle", run => IdleRound.RunAsync(run, TimeSpan.FromSeconds(6), TimeSpan.FromMilliseconds(400)));

    private async Task RunAsync(string name, Func<FaultRun, Task<string>> round)
    {
        output.WriteLine($"{FaultRun.SeedVariable}={FaultRun.DefaultSeed}");
        output.WriteLine(await round(new FaultRun(name, FaultRun.DefaultSeed)));
    }
}
