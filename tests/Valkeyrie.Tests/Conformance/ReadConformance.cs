namespace Valkeyrie.Tests.Conformance;

/// <summary>Reading and removing single keys.</summary>
public abstract class ReadConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Fact]
    public async Task Get_of_a_missing_key_is_key_not_found()
    {
        var missing = await Assert.ThrowsAsync<KvKeyNotFoundException>(async () => await Store.GetAsync(At("missing")));
        Assert.Equal(At("missing"), missing.Key);
        Assert.Equal(Store.Info.Address, missing.Endpoint);
        Assert.Contains(At("missing"), missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TryGet_of_a_missing_key_is_null() => Assert.Null(await Store.TryGetAsync(At("missing")));

    [Fact]
    public async Task A_directory_is_not_a_key()
    {
        await Store.PutAsync(At("d/x"), "v");
        Assert.Null(await Store.TryGetAsync(At("d")));
        Assert.False(await Store.ExistsAsync(At("d")));
        Assert.False(await Store.TryDeleteAsync(At("d")));
    }

    [Fact]
    public async Task Exists_tells_whether_there_is_a_key()
    {
        Assert.False(await Store.ExistsAsync(At("a")));
        await Store.PutAsync(At("a"), "v");
        Assert.True(await Store.ExistsAsync(At("a")));
        await Store.DeleteAsync(At("a"));
        Assert.False(await Store.ExistsAsync(At("a")));
    }

    [Fact]
    public async Task A_pair_tells_when_it_was_created_and_how_often_written()
    {
        Require(p => p.Versions);
        var first = await Store.PutAsync(At("a"), "1");
        var second = await Store.PutAsync(At("a"), "2");

        var pair = await Store.GetAsync(At("a"));
        Assert.Equal(first.Revision, pair.CreateRevision);
        Assert.Equal(second.Revision, pair.Revision);
        Assert.Equal(2, pair.Version);

        await Store.DeleteAsync(At("a"));
        var again = await Store.PutAsync(At("a"), "3");
        var recreated = await Store.GetAsync(At("a"));
        Assert.Equal(again.Revision, recreated.CreateRevision);
        Assert.Equal(1, recreated.Version);
    }

    [Fact]
    public async Task A_linearizable_read_sees_the_last_write_of_another_store()
    {
        var other = Open();
        for (var i = 0; i < 20; i++)
        {
            await other.PutAsync(At("a"), $"{i}");
            Assert.Equal($"{i}", (await Store.GetAsync(At("a"))).Value);
        }
    }

    [Fact]
    public async Task A_serializable_read_gives_the_pair()
    {
        var written = await Store.PutAsync(At("a"), "v");
        var options = new KvReadOptions { Serializable = true };

        // The read can be stale, so it gets time to catch up.
        await Patience.UntilAsync(async () => await Store.TryGetAsync(At("a"), options) is { Value: "v" } read && read.Revision == written.Revision, "the pair");
        Assert.True(await Store.ExistsAsync(At("a"), options));
        Assert.Null(await Store.TryGetAsync(At("b"), options));
    }

    [Fact]
    public async Task Delete_is_true_and_the_key_is_gone()
    {
        await Store.PutAsync(At("a"), "v");
        await Store.DeleteAsync(At("a"));
        Assert.Null(await Store.TryGetAsync(At("a")));
    }

    [Fact]
    public async Task Delete_of_a_missing_key_is_key_not_found()
    {
        var missing = await Assert.ThrowsAsync<KvKeyNotFoundException>(async () => await Store.DeleteAsync(At("missing")));
        Assert.Equal(At("missing"), missing.Key);
        Assert.False(await Store.TryDeleteAsync(At("missing")));
    }

    [Fact]
    public async Task Delete_takes_only_the_key_itself()
    {
        await Store.PutAllAsync(At("a"), Near("a"), At("ab"));
        await Store.DeleteAsync(At("a"));
        Assert.Equal([Near("a"), At("ab")], await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task Get_reads_at_an_older_revision()
    {
        Require(p => p.History);
        var first = await Store.PutAsync(At("a"), "one");
        var second = await Store.PutAsync(At("a"), "two");
        await Store.DeleteAsync(At("a"));

        Assert.Equal("one", (await Store.GetAsync(At("a"), new KvReadOptions { Revision = first.Revision })).Value);
        Assert.Equal("two", (await Store.GetAsync(At("a"), new KvReadOptions { Revision = second.Revision })).Value);
        Assert.Null(await Store.TryGetAsync(At("a"), new KvReadOptions { Revision = first.Revision - 1 }));
        Assert.True(await Store.ExistsAsync(At("a"), new KvReadOptions { Revision = first.Revision }));
        Assert.Null(await Store.TryGetAsync(At("a")));
    }

    [Fact]
    public async Task A_revision_that_is_yet_to_come_is_an_invalid_argument()
    {
        Require(p => p.History);
        var written = await Store.PutAsync(At("a"), "v");
        var options = new KvReadOptions { Revision = written.Revision + 1_000_000 };
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.TryGetAsync(At("a"), options));
    }

    [Fact]
    public async Task A_negative_revision_is_refused()
    {
        var options = new KvReadOptions { Revision = -1 };
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.TryGetAsync(At("a"), options));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.ExistsAsync(At("a"), options));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.CountAsync(Root, options));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.ListAllAsync(Root, new KvListOptions { Revision = -1 }));
    }

    [Fact]
    public async Task Ping_says_who_answered()
    {
        var status = await Store.PingAsync();
        Assert.Contains(status.Endpoint, Store.Info.Endpoints);
        Assert.NotEmpty(status.Version);
        var written = await Store.PutAsync(At("a"), "v");
        Assert.True((await Store.PingAsync()).Revision >= written.Revision);
    }
}
