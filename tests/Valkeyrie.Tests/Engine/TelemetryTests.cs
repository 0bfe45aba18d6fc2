using Valkeyrie.Embedded;
using Valkeyrie.Engine.Telemetry;
using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.Engine;

/// <summary>The cost of reporting calls without a listener. Alone, because a listener affects the whole process.</summary>
[Collection(AloneCollection.Name)]
public sealed class TelemetryTests
{
    private const int Calls = 2_000;

    private static readonly StoreSystem System = new("test");

    [Fact]
    public void A_call_of_which_nobody_wants_to_know_takes_no_memory()
    {
        Assert.False(CallTelemetry.IsObserved);
        Assert.Equal(0, AllocatedBy(() => Assert.Null(CallTelemetry.Begin(System, "Put", "key"))));
        Assert.Equal(0, AllocatedBy(() => CallObservation.Enter(null).Dispose()));
    }

    [Fact]
    public async Task The_embedded_store_takes_no_more_memory_for_a_call_than_its_engine()
    {
        await using var bare = new EmbeddedEngine(new EmbeddedAddress("", new EmbeddedOptions()), new KvStoreOptions());
        await using var observed = new ObservedEngine(new EmbeddedEngine(new EmbeddedAddress("", new EmbeddedOptions()), new KvStoreOptions()));
        foreach (var engine in new IRevisionedEngine[] { bare, observed })
        {
            await engine.PutAsync("key", new byte[] { 1 }, null, CancellationToken.None);
        }

        var options = new KvReadOptions();
        Assert.Equal(Get(bare), Get(observed));

        long Get(IRevisionedEngine engine) => AllocatedBy(() =>
        {
            var read = engine.GetAsync("key", options, CancellationToken.None);
            Assert.True(read.IsCompletedSuccessfully);
        });
    }

    [Theory]
    [InlineData("http://127.0.0.1:2379", "127.0.0.1", 2379)]
    [InlineData("https://[::1]:2379", "::1", 2379)]
    [InlineData("[fe80::1]:2181", "fe80::1", 2181)]
    [InlineData("zoo.example:2181", "zoo.example", 2181)]
    [InlineData("zoo.example", "zoo.example", null)]
    [InlineData("[::1]", "::1", null)]
    public void Host_and_port_of_an_endpoint_are_told_apart(string endpoint, string host, int? port) =>
        Assert.Equal((host, port), (ServerAddress.Of(endpoint).Host, ServerAddress.Of(endpoint).Port));

    /// <summary>Measures the allocation of one call: the minimum of several rounds, because recompiling a method also allocates.</summary>
    private static long AllocatedBy(Action call)
    {
        var fewest = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Calls; i++)
            {
                call();
            }

            fewest = Math.Min(fewest, (GC.GetAllocatedBytesForCurrentThread() - before) / Calls);
        }

        return fewest;
    }
}
