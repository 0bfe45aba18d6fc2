using Valkeyrie.Tests.Conformance;
using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>The memory of a frame. Alone, because allocations are counted for the whole process.</summary>
[Collection(AloneCollection.Name)]
public sealed class LongFrameTests
{
    [Fact]
    public async Task A_frame_that_says_that_it_is_long_takes_memory_as_it_comes()
    {
        await using var server = new ScriptedZooKeeper(async member =>
        {
            await member.GreetAsync();
            await member.NextAsync();
            await member.SendAsync([3, 0, 0, 0, 0, 0, 0, 1]);
            await member.SwallowAsync();
        });
        await using var session = Sessions.Open(server.Endpoint, timeout: TimeSpan.FromMilliseconds(500));
        var before = GC.GetTotalAllocatedBytes();
        await Assert.ThrowsAsync<KvTimeoutException>(async () => await session.CallAsync(new SetDataRequest("/k", "v".Bytes())));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 32 << 20);
    }
}
