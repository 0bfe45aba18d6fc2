namespace Valkeyrie.Tests.Conformance;

/// <summary>Writers that race with the start of a watch: no change may be lost between its read and its watch, and none delivered twice.</summary>
public abstract class WatchRaceConformance(IStoreRig rig) : StoreConformance(rig)
{
    private const int Rounds = 100;
    private const int Writes = 20;

    [Fact]
    public async Task Every_write_to_a_key_is_seen_once_and_in_order_a_hundred_times_over()
    {
        Require(p => p.EveryChange);
        for (var round = 0; round < Rounds; round++)
        {
            var key = At($"key-{round}");
            var writing = WriteAsync(Store, i => key);
            await using var watching = RunningWatch.Key(Store, key);
            var seen = await watching.UntilAsync(e => e.Value == $"{Writes - 1}");
            await writing;

            // The existing pair represents the writes up to it; all later ones follow one by one.
            var first = int.Parse(seen[0].Value);
            Assert.Equal(Enumerable.Range(first, Writes - first).Select(i => $"{i}"), seen.Select(e => e.Value));
            Assert.All(seen.Skip(1), e => Assert.Equal(KvEventType.Put, e.Type));
            Assert.True(seen[0].Type == KvEventType.Existing || first == 0);
        }
    }

    [Fact]
    public async Task Every_key_of_a_tree_is_seen_once_a_hundred_times_over()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var tree = At($"tree-{round}");
            var writing = WriteAsync(Store, i => $"{tree}/{i:00}");
            await using var watching = RunningWatch.Tree(Store, tree);
            var seen = await watching.NextAsync(Writes);
            await writing;

            Assert.Equal(Enumerable.Range(0, Writes).Select(i => $"{i}"), seen.Select(e => e.Value));
            Assert.Equal(seen.OrderBy(e => e.Revision), seen);
            var changes = seen.SkipWhile(e => e.Type == KvEventType.Existing);
            Assert.All(changes, e => Assert.Equal(KvEventType.Put, e.Type));
        }
    }

    [Fact]
    public async Task Two_writers_and_two_watches_agree_on_the_order()
    {
        var other = Open();
        var writing = Task.WhenAll(WriteAsync(Store, i => At($"one/{i:00}")), WriteAsync(other, i => At($"two/{i:00}")));
        await using var here = RunningWatch.Tree(Store, Root);
        await using var there = RunningWatch.Tree(other, Root);
        var seenHere = await here.NextAsync(2 * Writes);
        var seenThere = await there.NextAsync(2 * Writes);
        await writing;

        Assert.Equal(seenHere.Select(e => e.Key).Order(StringComparer.Ordinal), seenThere.Select(e => e.Key).Order(StringComparer.Ordinal));
        AssertInOrder(seenHere);
        AssertInOrder(seenThere);
    }

    private static void AssertInOrder(IReadOnlyList<KvEvent> events)
    {
        var changes = events.Where(e => e.Type != KvEventType.Existing).Select(e => e.Revision).ToList();
        Assert.Equal(changes.Order(), changes);
    }

    private static async Task WriteAsync(IKvStore store, Func<int, string> key)
    {
        for (var i = 0; i < Writes; i++)
        {
            await store.PutAsync(key(i), $"{i}");
        }
    }
}
