namespace Valkeyrie.Tests.Etcd.V2;

/// <summary>Watches on the event index.</summary>
public sealed class WatchTests(OwnEtcdV2 etcd) : EtcdV2Tests(etcd)
{
    private const int Window = 1_000;

    [Fact]
    public async Task WatchTree_on_a_plain_key_is_refused_and_says_what_to_do()
    {
        await Store.PutAllAsync(At("v"));
        await using var watching = RunningWatch.Tree(Store, At("v"));
        var error = Assert.IsType<KvNotDirectoryException>(await watching.EndAsync());
        Assert.Equal(At("v"), error.Key);
        Assert.Contains("create the directory first", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WatchTree_on_a_missing_directory_works_once_it_appears()
    {
        await using var watching = RunningWatch.Tree(Store, At("late/one"));
        await Store.PutAsync(At("late"), default, Directory());
        await Store.PutAsync(At("late/one"), default, Directory());
        await Store.PutAsync(At("late/one/x"), "1");
        Assert.Equal((At("late/one/x"), "1"), await KeyAndValueAsync(watching));
    }

    [Fact]
    public async Task Deleting_the_watched_directory_does_not_end_the_watch()
    {
        await Store.PutAllAsync(At("d/b"), At("d/a/x"));
        await using var watching = RunningWatch.Tree(Store, At("d"));
        await watching.NextAsync(2);
        for (var round = 0; round < 3; round++)
        {
            await Store.DeleteTreeAsync(At("d"));
            var gone = await watching.NextAsync(2);
            Assert.Equal([(KvEventType.Delete, At("d/a/x")), (KvEventType.Delete, At("d/b"))], gone.Select(e => (e.Type, e.Key)));
            await Store.PutAllAsync(At("d/b"), At("d/a/x"));
            Assert.Equal([(KvEventType.Put, At("d/b")), (KvEventType.Put, At("d/a/x"))], (await watching.NextAsync(2)).Select(e => (e.Type, e.Key)));
        }
    }

    [Fact]
    public async Task A_removed_directory_is_the_delete_of_each_key_that_is_still_there_and_of_no_other()
    {
        await Store.PutAllAsync(At("d/gone"), At("d/kept"), At("dd/kept"), At("e/kept"));
        await using var watching = await WatchRootAsync(new KvWatchOptions { PreviousValue = true });
        await Store.DeleteAsync(At("d/gone"));
        await Store.PutAsync(At("d/sub/new"), "n");
        await Store.DeleteTreeAsync(At("d"));
        await Store.PutAllAsync(At("last"));
        var events = (await watching.UntilAsync(e => e.Key == At("last"))).Where(e => e.Type == KvEventType.Delete);
        Assert.Equal([(At("d/gone"), ""), (At("d/kept"), ""), (At("d/sub/new"), "n")], events.Select(e => (e.Key, e.PreviousValue!)));
    }

    [Fact]
    public async Task A_key_whose_directory_goes_is_seen_to_go()
    {
        await Store.PutAsync(At("d/e/key"), "v");
        await using var watching = RunningWatch.Key(Store, At("d/e/key"), new KvWatchOptions { PreviousValue = true });
        await watching.NextAsync();
        await Store.DeleteTreeAsync(At("d"));
        var gone = await watching.NextAsync();
        Assert.Equal((KvEventType.Delete, "v"), (gone.Type, gone.PreviousValue));
        await Store.PutAsync(At("d/e/key"), "again");
        Assert.Equal("again", (await watching.NextAsync()).Value);
    }

    [Fact]
    public async Task A_missing_key_is_not_seen_to_go_with_its_directory()
    {
        await Store.PutAllAsync(At("d/other"));
        await using var watching = RunningWatch.Key(Store, At("d/key"));
        await Store.DeleteTreeAsync(At("d"));
        await Store.PutAsync(At("d/key"), "first");

        // An existing pair if the watch began that late; never a delete.
        var first = await watching.NextAsync();
        Assert.NotEqual(KvEventType.Delete, first.Type);
        Assert.Equal("first", first.Value);
    }

    [Fact]
    public async Task An_expiry_is_a_delete_with_the_previous_value()
    {
        await using var watching = await WatchRootAsync(new KvWatchOptions { PreviousValue = true });
        await Store.PutAsync(At("a"), "v", new KvPutOptions { Ttl = TimeSpan.FromSeconds(1) });
        var events = await watching.NextAsync(2);
        Assert.Equal((KvEventType.Delete, At("a"), "v"), (events[1].Type, events[1].Key, events[1].PreviousValue));
    }

    [Fact]
    public async Task Keeping_a_key_alive_is_no_change()
    {
        await using var watching = await WatchRootAsync();
        var written = await Store.PutAsync(At("kept"), "v", new KvPutOptions { Ttl = TimeSpan.FromSeconds(1), KeepAlive = true });
        await Patience.UntilAsync(async () => (await Store.GetAsync(At("kept"))).Revision >= written.Revision + 3, "three renewals");
        await Store.PutAllAsync(At("last"));
        Assert.Equal([At("kept"), At("last")], (await watching.NextAsync(2)).Select(e => e.Key));
        Assert.Equal("v", (await Store.GetAsync(At("kept"))).Value);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public async Task Ten_thousand_writes_in_bursts_are_each_seen_once_and_in_order(int writers)
    {
        const int Writes = 10_000;

        // As many as the server keeps, so a watch that a busy machine delays loses none.
        const int Burst = Window - 50;
        await using var watching = await WatchRootAsync();
        var written = new long[Writes];
        var events = new List<KvEvent>();
        while (events.Count < Writes)
        {
            var from = events.Count;
            var to = Math.Min(Writes, from + Burst);
            await Parallel.ForAsync(from, to, new ParallelOptions { MaxDegreeOfParallelism = writers }, async (i, token) =>
                written[i] = (await Store.PutAsync(At($"k{i}"), $"{i}".Bytes(), null, token)).Revision);
            events.AddRange(await watching.NextAsync(to - from));
        }

        Assert.All(events, e => Assert.Equal(KvEventType.Put, e.Type));
        Assert.Equal(written.Order(), events.Select(e => e.Revision));
        Assert.All(events, e => Assert.Equal(e.Revision, written[int.Parse(e.Value)]));
    }

    [Fact]
    public async Task Nothing_is_lost_while_connections_break()
    {
        // No more than the server keeps.
        const int Writes = Window - 100;
        await using var proxy = new TcpProxy(Etcd.Server.Port);
        await using var watched = KvStore.Open($"etcdv2://{proxy.Endpoint}");
        await Store.PutAllAsync(At("-begun"));
        await using var watching = RunningWatch.Tree(watched, Root);
        await watching.NextAsync();
        for (var i = 0; i < Writes; i++)
        {
            await Store.PutAsync(At("k"), $"{i}");
            if (i % 100 == 50)
            {
                proxy.Cut();
            }
        }

        Assert.Equal(Enumerable.Range(0, Writes).Select(i => $"{i}"), (await watching.NextAsync(Writes)).Select(e => e.Value));
    }

    [Fact]
    public async Task When_the_window_has_passed_all_is_listed_again_and_marked()
    {
        await using var proxy = new TcpProxy(Etcd.Server.Port);
        await using var watched = KvStore.Open($"etcdv2://{proxy.Endpoint}");
        await Store.PutAllAsync(At("a"), At("gone"));
        await using var watching = RunningWatch.Tree(watched, Root);
        await watching.NextAsync(2);
        proxy.Refuse();
        await Store.DeleteAsync(At("gone"));
        await PassWindowAsync();
        proxy.Accept();

        var events = await watching.NextAsync(2);
        Assert.Equal([(KvEventType.Resync, Root), (KvEventType.Existing, At("a"))], events.Select(e => (e.Type, e.Key)));
        await Store.PutAsync(At("a"), "live");
        Assert.Equal((KvEventType.Put, "live"), ((await watching.NextAsync()) is var next ? (next.Type, next.Value) : default));
    }

    [Fact]
    public async Task A_watch_on_a_key_lists_again_too()
    {
        await using var proxy = new TcpProxy(Etcd.Server.Port);
        await using var watched = KvStore.Open($"etcdv2://{proxy.Endpoint}");
        await Store.PutAsync(At("a"), "1");
        await using var watching = RunningWatch.Key(watched, At("a"));
        await watching.NextAsync();
        proxy.Refuse();
        await Store.PutAsync(At("a"), "2");
        await PassWindowAsync();
        proxy.Accept();
        Assert.Equal([(KvEventType.Resync, ""), (KvEventType.Existing, "2")], (await watching.NextAsync(2)).Select(e => (e.Type, e.Value)));
    }

    [Fact]
    public async Task FromRevision_within_the_window_replays_once_and_in_order()
    {
        var first = await Store.PutAsync(At("a"), "0");
        for (var i = 1; i < 200; i++)
        {
            await Store.PutAsync(At("a"), $"{i}");
        }

        await using var watching = RunningWatch.Tree(Store, Root, new KvWatchOptions { FromRevision = first.Revision, PreviousValue = true });
        var events = await watching.NextAsync(200);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}"), events.Select(e => e.Value));
        Assert.Equal("198", events[^1].PreviousValue);
    }

    [Fact]
    public async Task FromRevision_before_the_window_is_compacted_or_resynchronized_when_asked()
    {
        var first = await Store.PutAsync(At("a"), "0");
        await PassWindowAsync();
        await using var watching = RunningWatch.Tree(Store, Root, new KvWatchOptions { FromRevision = first.Revision });
        Assert.Contains($"{first.Revision}", Assert.IsType<KvCompactedException>(await watching.EndAsync()).Message, StringComparison.Ordinal);
        await using var again = RunningWatch.Tree(Store, Root, new KvWatchOptions { FromRevision = first.Revision, Resynchronize = true });
        Assert.Equal([KvEventType.Resync, KvEventType.Existing], (await again.NextAsync(2)).Select(e => e.Type));
    }

    [Fact]
    public async Task An_idle_watch_does_not_mind_what_happens_elsewhere()
    {
        await using var watching = await WatchRootAsync();
        await PassWindowAsync();
        await Store.PutAsync(At("a"), "1");
        Assert.Equal((At("a"), "1"), await KeyAndValueAsync(watching));
    }

    private static async Task<(string, string)> KeyAndValueAsync(RunningWatch watching)
    {
        var next = await watching.NextAsync();
        return (next.Key, next.Value);
    }

    private Task PassWindowAsync() => Parallel.ForAsync(0, Window + 100, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, token) =>
        await Store.PutAsync($"elsewhere-{Root}/{i}", default, null, token));
}
