namespace Valkeyrie.Tests.Conformance;

/// <summary>Grouped writes have the same effect as single writes.</summary>
public abstract class BatchConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Fact]
    public async Task Every_write_is_made_and_tells_its_pair()
    {
        var writer = new KvBatchWriter(Store);
        var puts = Enumerable.Range(0, 500).Select(i => writer.PutAsync(At($"{i:d3}"), System.Text.Encoding.UTF8.GetBytes($"v{i}"))).ToList();
        var written = await Task.WhenAll(puts);
        for (var i = 0; i < written.Length; i++)
        {
            var read = await Store.GetAsync(At($"{i:d3}"));
            Assert.Equal($"v{i}", read.Value);
            Assert.Equal((read.Key, read.Value, read.Revision), (written[i].Key, written[i].Value, written[i].Revision));
        }

        Assert.Equal(500, await Store.CountAsync(Root));
    }

    [Fact]
    public async Task Writes_of_one_key_are_made_in_the_order_of_the_calls()
    {
        var writer = new KvBatchWriter(Store);
        var ends = new List<Task>();
        for (var i = 0; i < 300; i++)
        {
            ends.Add(writer.PutAsync(At("counter"), System.Text.Encoding.UTF8.GetBytes($"{i}")));
            ends.Add(writer.PutAsync(At($"other{i}"), "x"u8.ToArray()));
            if (i % 7 == 0)
            {
                ends.Add(writer.TryDeleteAsync(At("counter")));
            }
        }

        await Task.WhenAll(ends);
        Assert.Equal("299", (await Store.GetAsync(At("counter"))).Value);
        Assert.All(ends.OfType<Task<bool>>(), removed => Assert.True(removed.Result));
        var revisions = ends.OfType<Task<KvPair>>().Where(end => end.Result.Key == At("counter")).Select(end => end.Result.Revision).ToList();
        Assert.Equal(revisions.Order().Distinct(), revisions);
    }

    [Fact]
    public async Task A_key_that_is_removed_says_whether_it_was_there()
    {
        var writer = new KvBatchWriter(Store);
        await Task.WhenAll(Enumerable.Range(0, 100).Where(i => i % 2 == 0).Select(i => writer.PutAsync(At($"{i}"), "v"u8.ToArray())));
        var removed = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => writer.TryDeleteAsync(At($"{i}"))));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => i % 2 == 0), removed);
        Assert.False(await Store.ExistsAsync(At("0")));
        Assert.False(await Store.ExistsAsync(At("98")));
    }

    [Fact]
    public async Task A_key_that_breaks_a_rule_fails_by_itself()
    {
        var writer = new KvBatchWriter(Store);
        var first = writer.PutAsync(At("a"), "1"u8.ToArray());
        await Assert.ThrowsAsync<KvInvalidArgumentException>(() => writer.PutAsync("", "1"u8.ToArray()));
        var last = writer.PutAsync(At("b"), "2"u8.ToArray());
        await Task.WhenAll(first, last);
        Assert.Equal(2, await Store.CountAsync(Root));
    }

    [Fact]
    public async Task Values_near_the_largest_are_written_too()
    {
        var size = (int)Math.Min(Promises.LargestValue - 1024, 1 << 20);
        var value = new byte[size];
        Array.Fill(value, (byte)'v');
        var writer = new KvBatchWriter(Store);
        var written = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => writer.PutAsync(At($"{i}"), i % 2 == 0 ? value : "small"u8.ToArray())));
        Assert.Equal(6, written.Select(pair => pair.Key).Distinct().Count());
        Assert.Equal(size, (await Store.GetAsync(At("4"))).GetBytes().Length);
    }

    [Fact]
    public async Task All_writes_end_when_the_store_is_closed()
    {
        var store = Open();
        var writer = new KvBatchWriter(store);
        await writer.PutAsync(At("a"), "1"u8.ToArray());
        await store.DisposeAsync();
        var ends = Enumerable.Range(0, 50).Select(i => writer.PutAsync(At($"{i}"), "v"u8.ToArray())).ToList();
        foreach (var end in ends)
        {
            await Assert.ThrowsAsync<KvStoreClosedException>(() => end.WaitAsync(Patience.Limit));
        }
    }
}
