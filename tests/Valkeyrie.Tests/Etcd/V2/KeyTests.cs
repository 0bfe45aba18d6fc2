namespace Valkeyrie.Tests.Etcd.V2;

/// <summary>Keys and values of APIv2.</summary>
public sealed class KeyTests(OwnEtcdV2 etcd) : EtcdV2Tests(etcd)
{
    public static TheoryData<string> Folded => ["a//b", "//a", "a/", "a/./b", "./a", "a/../b", "..", ".", "a/..", "/", "a/b//"];

    [Theory]
    [MemberData(nameof(Folded))]
    public async Task A_key_that_the_server_would_fold_is_refused_before_anything_is_sent(string key)
    {
        // Nothing listens there.
        await using var nowhere = KvStore.Open($"etcdv2://127.0.0.1:{LoopbackPorts.Take()}");
        foreach (var call in new Func<Task>[]
        {
            async () => await nowhere.PutAsync(key, "v"),
            async () => await nowhere.TryGetAsync(key),
            async () => await nowhere.ExistsAsync(key),
            async () => await nowhere.TryDeleteAsync(key),
            async () => await nowhere.TryAtomicPutAsync(key, "v".Bytes(), 0),
            async () => await nowhere.TryAtomicDeleteAsync(key, 1),
            async () => await nowhere.LockAsync(key),
            async () => await nowhere.ListAllAsync(KvRange.Key(key)),
            async () => await nowhere.WatchAsync(key).GetAsyncEnumerator().MoveNextAsync(),
        })
        {
            Assert.Equal(key, (await Assert.ThrowsAsync<KvInvalidArgumentException>(call)).Key);
        }
    }

    [Theory]
    [InlineData("a//b")]
    [InlineData("a/../b/")]
    [InlineData("..")]
    [InlineData("//a")]
    public async Task A_directory_that_the_server_would_fold_is_refused(string path)
    {
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.ListAllAsync(path));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.TryDeleteTreeAsync(path));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.ListAllAsync(KvRange.Prefix(path + "/x")));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.WatchTreeAsync(path).GetAsyncEnumerator().MoveNextAsync());
        Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open(Etcd.Address, new KvStoreOptions { Namespace = path + "/" }));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData(" a ")]
    [InlineData("a b%20c%2Fd%")]
    [InlineData("?a=b&c=d#e;f+g")]
    [InlineData("\\\"'`<>{}|^~")]
    [InlineData("line\nfeed\ttab\rreturn\u0001\u007F")]
    [InlineData("ключ/鍵/🔑")]
    [InlineData("\u2028\u2029\uFEFF\uFFFD")]
    [InlineData("...")]
    [InlineData(".hidden/a..b")]
    [InlineData("a:b@c,d!e$f(g)h*i")]
    public async Task Other_characters_come_back_unchanged(string name)
    {
        await Store.PutAsync(At(name), "one");
        Assert.Equal((At(name), "one"), ((await Store.GetAsync(At(name))).Key, (await Store.GetAsync(At(name))).Value));
        Assert.Equal([At(name)], await Store.KeysAsync(Root));
        await using var watching = RunningWatch.Tree(Store, Root);
        Assert.Equal(At(name), (await watching.NextAsync()).Key);
        await Store.PutAsync(At(name), "two");
        Assert.Equal(At(name), (await watching.NextAsync()).Key);
        await Store.DeleteAsync(At(name));
    }

    [Fact]
    public async Task Characters_from_all_over_a_plane_survive_in_a_key_and_in_a_value()
    {
        const int Step = 197;
        var text = string.Concat(Enumerable.Range(1, 0xFFFF / Step).Select(i => i * Step).Where(c => !char.IsSurrogate((char)c) && c != '/').Select(c => (char)c));
        await Store.PutAsync(At(text), text);
        Assert.Equal(text, (await Store.GetAsync(At(text))).Value);
        Assert.Equal([At(text)], await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task A_leading_slash_says_nothing_and_comes_back_as_it_was_written()
    {
        await Store.PutAsync("/" + At("x"), "v");
        Assert.Equal(At("x"), (await Store.GetAsync(At("x"))).Key);
        Assert.Equal("/" + At("x"), (await Store.GetAsync("/" + At("x"))).Key);
        Assert.Equal([At("x")], await Store.KeysAsync(Root));
        Assert.Equal(["/" + At("x")], await Store.KeysAsync("/" + Root));
        Assert.Equal(["/" + At("x")], await Store.KeysAsync(KvRange.Prefix("/" + Root)));
        await using var watching = RunningWatch.Tree(Store, "/" + Root);
        Assert.Equal("/" + At("x"), (await watching.NextAsync()).Key);
        await Store.PutAsync(At("x"), "w");
        Assert.Equal("/" + At("x"), (await watching.NextAsync()).Key);
    }

    [Fact]
    public async Task A_key_longer_than_the_server_is_sure_to_read_is_refused()
    {
        var longest = At(new string('k', 3_900 - Root.Length));
        await Store.PutAsync(longest, "v");
        Assert.Equal("v", (await Store.GetAsync(longest)).Value);
        var longer = At(new string('鍵', 500));
        Assert.Equal(longer, (await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.PutAsync(longer, "v"))).Key);
    }

    [Fact]
    public async Task A_value_that_is_not_UTF_8_is_refused_and_nothing_written()
    {
        byte[] latin1 = [0x63, 0x61, 0x66, 0xE9];
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.PutAsync(At("a"), latin1));
        Assert.Equal(At("a"), refused.Key);
        Assert.Contains("UTF-8", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.TryAtomicPutAsync(At("a"), latin1, 0));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.LockAsync(At("a"), new KvLockOptions { Value = latin1 }));
        Assert.Null(await Store.TryGetAsync(At("a")));
        Assert.Null(await Store.TryGetAsync(At("a") + LockNames.Suffix));
    }

    [Fact]
    public async Task A_text_of_one_mebibyte_comes_back_unchanged()
    {
        var text = string.Concat(Enumerable.Repeat("aé鍵🔑 %&=+\"\\<\n\0", 52_429));
        await Store.PutAsync(At("large"), text);
        Assert.Equal(text, (await Store.GetAsync(At("large"))).Value);
        Assert.Equal(text, Assert.Single(await Store.ListAllAsync(Root)).Value);
    }

    [Fact]
    public async Task A_value_larger_than_the_server_takes_is_quota_exceeded()
    {
        var error = await Refusal.ThrowsAsync(KvErrorCode.QuotaExceeded, async () => await Store.PutAsync(At("a"), new string('a', 11_000_000)));
        Assert.Equal(At("a"), error.Key);
    }

    [Fact]
    public async Task What_APIv2_has_not_is_not_supported()
    {
        var written = await Store.PutAsync(At("a"), "v");
        await Assert.ThrowsAsync<KvNotSupportedException>(async () => await Store.TryGetAsync(At("a"), new KvReadOptions { Revision = written.Revision }));
        await Assert.ThrowsAsync<KvNotSupportedException>(async () => await Store.ListAllAsync(Root, new KvListOptions { Revision = written.Revision }));
        await Assert.ThrowsAsync<KvNotSupportedException>(async () => await Store.PutAsync(At("a"), "w", new KvPutOptions { LeaseId = 1 }));
        Assert.Throws<KvNotSupportedException>(() => Store.GetCapability<IKvTransactions>());
        Assert.Throws<KvNotSupportedException>(() => Store.GetCapability<IKvLeases>());
        Assert.Throws<KvNotSupportedException>(() => Store.GetCapability<IKvHistory>());
    }

    [Fact]
    public async Task A_pair_carries_what_the_server_sends_along()
    {
        var created = await Store.AtomicPutAsync(At("a"), "1".Bytes(), 0, new KvPutOptions { Ttl = TimeSpan.FromHours(1) });
        var changed = await Store.AtomicPutAsync(At("a"), "2".Bytes(), created.Revision, new KvPutOptions { Ttl = TimeSpan.FromHours(1) });
        var pair = await Store.GetAsync(At("a"));
        Assert.Equal((changed.Revision, created.Revision, null), (pair.Revision, pair.CreateRevision, pair.Version));
        Assert.Equal(created.Revision, changed.CreateRevision);
        Assert.InRange(pair.Ttl!.Value.TotalMinutes, 30, 60);
    }

    [Fact]
    public async Task A_time_to_live_beyond_the_servers_calendar_is_refused()
    {
        var options = new KvPutOptions { Ttl = TimeSpan.FromSeconds(8_000_000_000) };
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.PutAsync(At("a"), "v", options));
    }

    [Fact]
    public async Task A_hidden_key_is_read_by_its_name_and_not_listed()
    {
        await Store.PutAllAsync(At("_x"), At("_d/a"), At("seen"));
        Assert.True(await Store.ExistsAsync(At("_x")));
        Assert.Equal([At("seen")], await Store.KeysAsync(Root));
        Assert.Equal([At("_d/a")], await Store.KeysAsync(At("_d")));
    }

    [Fact]
    public async Task A_hidden_key_is_not_shown_by_a_watch_whether_it_catches_up_or_not()
    {
        var from = await Store.PutAsync(At("seen"), "1");
        await Store.PutAllAsync(At("_x"));
        await using var replay = RunningWatch.Tree(Store, Root, new KvWatchOptions { FromRevision = from.Revision });
        await using var live = await WatchRootAsync();
        await Store.PutAllAsync(At("_y"));
        await Store.PutAsync(At("seen"), "2");
        await live.UntilAsync(e => e.Value == "2");
        Assert.Equal([At("seen"), At("-begun"), At("seen")], (await replay.NextAsync(3)).Select(e => e.Key));
    }
}
