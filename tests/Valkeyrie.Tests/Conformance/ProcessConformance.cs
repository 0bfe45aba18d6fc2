using System.Collections.Concurrent;
using System.Diagnostics;

namespace Valkeyrie.Tests.Conformance;

/// <summary>Services in several processes. After one is killed, the others see it leave, and another one leads.</summary>
public abstract class ProcessConformance(IStoreRig rig) : StoreConformance(rig)
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Of_three_processes_the_one_that_is_killed_leaves_the_registry_and_another_one_leads()
    {
        Assert.SkipWhen(Store.Info.Address == "memory:", "A store in memory is seen by one process alone.");
        var names = new[] { "a", "b", "c" };
        var said = names.ToDictionary(n => n, _ => new ConcurrentQueue<string>());
        var services = names.ToDictionary(
            n => n,
            n => new FaultWorkerProcess("serve", Store.Info.Address, TimeSpan.FromSeconds(5), 0, said[n].Enqueue, Root, n, FaultWorkerProcess.Seconds(Ttl)));
        try
        {
            await Patience.UntilAsync(() => said.Values.All(s => s.Contains("registered")), "three services in the registry");
            Assert.Equal(names.Select(n => At($"services/{n}")), await Store.KeysAsync(At("services")));
            var (first, second, third) = await OrderAsync(names);
            await using var watching = RunningWatch.Tree(Store, At("services"));
            await watching.UntilAsync(e => e.Key == At("services/c"));
            if (Promises.Elections)
            {
                // The store shows the leader before the leader itself says so.
                await Patience.UntilAsync(() => said[first].Count > 1, "the first one leads");
            }

            var since = Stopwatch.GetTimestamp();
            await services[first].KillAsync();
            Assert.Equal(KvEventType.Delete, (await watching.UntilAsync(e => e.Key == At($"services/{first}")))[^1].Type);
            TestContext.Current.TestOutputHelper?.WriteLine($"{Store.Info.Scheme}: left after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s, with a time to live of {Ttl.TotalSeconds} s");
            Assert.Equal(new[] { second, third }.Order().Select(n => At($"services/{n}")), await Store.KeysAsync(At("services")));
            if (Promises.Elections)
            {
                await Patience.UntilAsync(() => said[second].Count > 1, "the next one leads");
                Assert.True(TokenOf(said[second]) > TokenOf(said[first]));
                Assert.Single(said[third]);
                var election = await Store.GetCapability<IKvElections>().TryGetElectionAsync(At("leader"));
                Assert.Equal((second, TokenOf(said[second])), (election!.Value, election.FencingToken));
            }

            // Services that end normally leave nothing behind.
            await services[second].FinishAsync();
            await services[third].FinishAsync();
            Assert.False(await Store.ExistsAsync(At($"services/{second}")) || await Store.ExistsAsync(At($"services/{third}")));
        }
        finally
        {
            await Task.WhenAll(services.Values.Select(s => s.DisposeAsync().AsTask()));
        }
    }

    private static long TokenOf(IEnumerable<string> said) => long.Parse(said.Last().Split(' ')[1]);

    /// <summary>The services in the order in which they lead.</summary>
    private async Task<(string First, string Second, string Third)> OrderAsync(string[] names)
    {
        if (!Promises.Elections)
        {
            return (names[0], names[1], names[2]);
        }

        KvElection? election = null;
        await Patience.UntilAsync(
            async () =>
            {
                election = await Store.GetCapability<IKvElections>().TryGetElectionAsync(At("leader"));
                return election?.Waiting.Count == 2;
            },
            "a leader and two who wait");
        return (election!.Value, election.Waiting[0].Value, election.Waiting[1].Value);
    }
}
