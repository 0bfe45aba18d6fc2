using Valkeyrie.Consul.Calls;

namespace Valkeyrie.Tests.Consul;

/// <summary>Keys that the path of a URL cannot contain, and sessions that hold a key.</summary>
public sealed class ConsulKeyTests(SharedConsul consul) : ConsulTests(consul)
{
    /// <summary>Paths that the server's router normalizes or its filter refuses.</summary>
    public static TheoryData<string> Odd => ["a//b", "a/../b", "a/./b", "..", ".", "line\nfeed", "tab\t", "nbsp\u00A0", "\u200B", "\u202E", "🔑🫠", "a/", "a/🫨/c", "%2F", "a\u0085", "%2e%2e"];

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task Every_call_takes_a_key_as_it_is_written(string name)
    {
        foreach (var key in new[] { At(name), "/" + At(name), $"{At(name)}/below" })
        {
            var written = await Store.PutAsync(key, "1");
            Assert.Equal((key, "1", written.Revision), (await Store.GetAsync(key) is var read ? (read.Key, read.Value, read.Revision) : default));
            await using var watching = RunningWatch.Key(Store, key);
            Assert.Equal("1", (await watching.NextAsync()).Value);
            await Store.AtomicPutAsync(key, "2".Bytes(), written.Revision);
            Assert.Equal((key, "2"), await watching.NextAsync() is var change ? (change.Key, change.Value) : default);
            await using (var held = await Store.LockAsync(key, new KvLockOptions { Timeout = TimeSpan.Zero }))
            {
                Assert.True(held.IsHeld);
            }

            Assert.Contains(key, await Store.KeysAsync(KvRange.Prefix(key)));
            await Store.DeleteAsync(key);
            Assert.Equal(KvEventType.Delete, (await watching.NextAsync()).Type);
        }
    }

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task A_directory_of_any_name_is_listed_counted_watched_and_removed(string name)
    {
        var directory = "/" + At(name);
        await Store.PutAllAsync($"{directory}/a", $"{directory}/b", directory + "-not");
        Assert.Equal([$"{directory}/a", $"{directory}/b"], await Store.KeysAsync(KvRange.Below(directory)));
        Assert.Equal(2, await Store.CountAsync(KvRange.Below(directory)));
        await using var watching = RunningWatch.Tree(Store, KvRange.Below(directory));
        await watching.NextAsync(2);
        await Store.PutAsync($"{directory}/a", "new");
        Assert.Equal((KvEventType.Put, "new"), await watching.NextAsync() is var change ? (change.Type, change.Value) : default);
        Assert.Equal(2, await Store.TryDeleteTreeAsync(KvRange.Below(directory)));
        Assert.All(await watching.NextAsync(2), e => Assert.Equal(KvEventType.Delete, e.Type));
        Assert.True(await Store.ExistsAsync(directory + "-not"));
    }

    [Theory]
    [InlineData("", "/v1/kv/")]
    [InlineData("a/b", "/v1/kv/a/b")]
    [InlineData("a/", "/v1/kv/a/")]
    [InlineData("a b?#%", "/v1/kv/a%20b%3F%23%25")]
    [InlineData("é", "/v1/kv/%C3%A9")]
    [InlineData("a/.b", "/v1/kv/a/.b")]
    [InlineData("a//", null)]
    [InlineData("/a", null)]
    [InlineData("a/..", null)]
    [InlineData("./a", null)]
    [InlineData("a\n", null)]
    public void A_path_is_used_for_keys_that_it_can_carry(string key, string? path) => Assert.Equal(path, KeyPlaces.PathOf(key));

    [Theory]
    [InlineData("/a", "/v1/kv/")]
    [InlineData("a//b", "/v1/kv/a/")]
    [InlineData("a/b\nc", "/v1/kv/a/b")]
    [InlineData("a/..\n", "/v1/kv/a/")]
    [InlineData("a/../b", "/v1/kv/a/")]
    public void What_lies_above_a_key_begins_as_the_key_does(string key, string path) => Assert.Equal(path, KeyPlaces.PathAbove(key));

    [Fact]
    public async Task A_put_takes_a_key_out_of_its_time_to_live_and_keeps_its_creation()
    {
        var first = await Store.PutAsync(At("a"), "1", new KvPutOptions { Ttl = TimeSpan.FromMinutes(5) });
        var second = await Store.PutAsync(At("a"), "2");
        Assert.Equal(first.CreateRevision, second.CreateRevision);
        Assert.Null((await Store.GetAsync(At("a"))).Ttl);
        Assert.DoesNotContain("Session", await Agent.SendAsync(HttpMethod.Get, $"/v1/kv/{At("a")}"), StringComparison.Ordinal);

        await Store.PutAsync(At("a"), "3", new KvPutOptions { Ttl = TimeSpan.FromMinutes(5) });
        var swapped = await Store.AtomicPutAsync(At("a"), "4".Bytes(), (await Store.GetAsync(At("a"))).Revision);
        Assert.Null((await Store.GetAsync(At("a"))).Ttl);
        Assert.Equal(first.CreateRevision, swapped.CreateRevision);
    }

    [Fact]
    public async Task A_time_to_live_can_be_renewed_by_another_put_and_shows()
    {
        await Store.PutAsync(At("a"), "1", new KvPutOptions { Ttl = TimeSpan.FromMinutes(5) });
        await Store.PutAsync(At("a"), "2", new KvPutOptions { Ttl = TimeSpan.FromMinutes(7) });
        Assert.Equal(TimeSpan.FromMinutes(7), (await Store.GetAsync(At("a"))).Ttl);
        Assert.Equal(TimeSpan.FromMinutes(7), Assert.Single(await Store.ListAllAsync(Root)).Ttl);

        // From another store, which must send a request.
        await using var other = KvStore.Open(Agent.Address);
        Assert.Equal(TimeSpan.FromMinutes(7), (await other.GetAsync(At("a"))).Ttl);
    }

    [Fact]
    public async Task A_put_leaves_a_key_to_whoever_merely_holds_it_and_gives_it_no_time_to_live()
    {
        var session = await CreateSessionAsync("""{"TTL":"60s"}""");
        await Agent.SendAsync(HttpMethod.Put, $"/v1/kv/{At("a")}?acquire={session}", "theirs");
        await Store.PutAsync(At("a"), "ours");
        Assert.Contains(session, await Agent.SendAsync(HttpMethod.Get, $"/v1/kv/{At("a")}"), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.PutAsync(At("a"), "x", new KvPutOptions { Ttl = TimeSpan.FromMinutes(5) }));
        Assert.Contains(session, refused.Message, StringComparison.Ordinal);
        Assert.Equal("ours", (await Store.GetAsync(At("a"))).Value);
    }

    [Theory]
    [InlineData(390_000)]
    [InlineData(395_000)]
    [InlineData(523_000)]
    public async Task A_value_with_no_room_in_a_transaction_is_written_all_the_same(int length)
    {
        var value = new byte[length];
        new Random(1).NextBytes(value);
        var written = await Store.PutAsync(At("a"), value);
        Assert.Equal(written.Revision, (await Store.GetAsync(At("a"))).Revision);
        value[0]++;
        var swapped = await Store.AtomicPutAsync(At("a"), value, written.Revision);
        Assert.Equal(value, (await Store.GetAsync(At("a"))).GetBytes());
        Assert.Equal(new KvWriteResult(KvWriteOutcome.KeyModified, null, swapped.Revision), await Store.TryAtomicPutAsync(At("a"), value, written.Revision));
        Assert.Equal(KvWriteOutcome.KeyExists, (await Store.TryAtomicPutAsync(At("a"), value, 0)).Outcome);

        await Store.PutAsync(At("a"), value, new KvPutOptions { Ttl = TimeSpan.FromMinutes(5) });
        Assert.Equal(TimeSpan.FromMinutes(5), (await Store.GetAsync(At("a"))).Ttl);
        await Store.PutAsync(At("a"), value, new KvPutOptions { Ttl = TimeSpan.FromMinutes(6) });
        Assert.Equal(TimeSpan.FromMinutes(6), (await Store.GetAsync(At("a"))).Ttl);
        await Store.PutAsync(At("a"), value);
        Assert.Null((await Store.GetAsync(At("a"))).Ttl);
    }

    [Fact]
    public async Task A_time_to_live_above_a_day_is_refused_before_anything_is_sent()
    {
        await using var nowhere = KvStore.Open($"consul://127.0.0.1:{LoopbackPorts.Take()}");
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await nowhere.PutAsync("a", "v", new KvPutOptions { Ttl = TimeSpan.FromHours(24.1) }));
        Assert.Contains("24 hours", refused.Message, StringComparison.Ordinal);
    }
}
