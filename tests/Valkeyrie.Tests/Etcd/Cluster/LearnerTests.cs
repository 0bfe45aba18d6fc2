using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Etcd.Cluster;

/// <summary>A learner among the endpoints serves no clients, and no caller notices.</summary>
public sealed class LearnerTests : IAsyncLifetime
{
    private EtcdServer _voter = null!;
    private EtcdLearner _learner = null!;

    static LearnerTests() => EtcdStore.Register();

    public async ValueTask InitializeAsync()
    {
        _voter = await EtcdServer.StartAsync();
        _learner = await EtcdLearner.StartAsync(_voter);
    }

    public async ValueTask DisposeAsync()
    {
        if (_voter is null)
        {
            // There is no etcd here, and the test was skipped.
            return;
        }

        _learner.Dispose();
        await _voter.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reads_writes_watches_and_locks_go_to_those_that_serve(bool learnerFirst)
    {
        await using var store = KvStore.Open(
            "etcd://" + (learnerFirst ? $"{_learner.Endpoint},{_voter.Endpoint}" : $"{_voter.Endpoint},{_learner.Endpoint}"));
        for (var i = 0; i < 20; i++)
        {
            await store.PutAsync("k", $"{i}");
            Assert.Equal($"{i}", (await store.GetAsync("k")).Value);
            await store.TryDeleteAsync("gone");
        }

        await using var watching = RunningWatch.Key(store, "k");
        await watching.NextAsync();
        await using var held = await store.LockAsync("lock");
        await store.PutAsync("k", "last");
        Assert.Equal("last", (await watching.NextAsync()).Value);

        // Each of these is made once.
        var before = (await store.GetAsync("k")).Version;
        for (var i = 0; i < 10; i++)
        {
            await store.PutAsync("k", "again");
        }

        Assert.Equal(before + 10, (await store.GetAsync("k")).Version);
    }

    [Fact]
    public async Task A_learner_alone_is_told_as_what_it_is_and_a_write_was_not_sent()
    {
        await using var store = KvStore.Open($"etcd://{_learner.Endpoint}");
        foreach (var call in new Func<Task>[] { async () => await store.PutAsync("k", "v"), async () => await store.TryGetAsync("k") })
        {
            var error = await Assert.ThrowsAsync<KvUnreachableException>(call);
            Assert.Equal((KvUnreachableReason.Unavailable, true), (error.Reason, error.NotSent));
            Assert.Contains("learner", error.Message, StringComparison.Ordinal);
        }
    }
}
