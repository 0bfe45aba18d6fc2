using System.Net;
using System.Text.Json;

namespace Valkeyrie.Tests.Etcd.V2;

/// <summary>Locks in the form that the Go library and others use, and failed renewals.</summary>
public sealed class LockTests(OwnEtcdV2 etcd) : EtcdV2Tests(etcd)
{
    private static readonly KvLockOptions NoWait = new() { Timeout = TimeSpan.Zero };
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_lock_is_the_key_with_the_suffix_and_a_time_to_live()
    {
        await using var held = await Store.LockAsync(At("a"));
        using var http = new HttpClient();
        using var reply = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://{Etcd.Server.Endpoint}/v2/keys/{At("a")}___lock")));
        var node = reply.RootElement.GetProperty("node");
        Assert.InRange(node.GetProperty("ttl").GetInt64(), 1, 20);
        Assert.Equal(held.FencingToken, node.GetProperty("createdIndex").GetInt64());
    }

    [Fact]
    public async Task A_lock_that_others_hold_excludes_and_its_end_lets_in()
    {
        using var http = new HttpClient();
        var url = new Uri($"http://{Etcd.Server.Endpoint}/v2/keys/{At("a")}___lock?prevExist=false");
        using var theirs = await http.PutAsync(url, new FormUrlEncodedContent(new Dictionary<string, string> { ["value"] = "them", ["ttl"] = "3600" }));
        Assert.Equal(HttpStatusCode.Created, theirs.StatusCode);
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await Store.LockAsync(At("a"), NoWait));

        var waiting = Store.LockAsync(At("a")).AsTask();
        using var freed = await http.DeleteAsync(url.GetLeftPart(UriPartial.Path));
        await using var mine = await waiting.WaitAsync(Patience.Limit);
        using var refused = await http.PutAsync(url, new FormUrlEncodedContent(new Dictionary<string, string> { ["value"] = "them" }));
        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.StatusCode);
    }

    [Fact]
    public async Task A_lock_whose_key_was_overwritten_is_lost_and_the_other_key_stays()
    {
        await using var held = await Store.LockAsync(At("a"));
        await Store.PutAsync(At("a") + LockNames.Suffix, "theirs");
        await Patience.UntilAsync(() => held.Lost.IsCancellationRequested, "the loss of the lock");
        await Assert.ThrowsAsync<KvLockLostException>(async () => await held.UnlockAsync());
        Assert.Equal("theirs", (await Store.GetAsync(At("a") + LockNames.Suffix)).Value);
    }

    [Fact]
    public async Task A_lock_outlives_renewals_whose_answers_are_lost()
    {
        await using var proxy = new TcpProxy(Etcd.Server.Port);
        await using var store = KvStore.Open($"etcdv2://{proxy.Endpoint}");
        await using var held = await store.LockAsync(At("a"), new KvLockOptions { Ttl = TimeSpan.FromSeconds(9) });
        for (var round = 0; round < 5; round++)
        {
            var before = await LockIndexAsync("a");
            await Patience.UntilAsync(async () => await LockIndexAsync("a") > before || held.Lost.IsCancellationRequested, "a renewal");

            // The renewal has reached the server; whether its answer has arrived is random.
            proxy.Cut();
            Assert.True(held.IsHeld);
        }

        await held.UnlockAsync();
        Assert.Null(await Store.TryGetAsync(At("a") + LockNames.Suffix));
    }

    [Fact]
    public async Task The_value_of_a_lock_that_deletes_on_unlock_goes_with_a_dead_holder()
    {
        var mortal = new EtcdV2Rig(Etcd.Server).OpenMortal();
        await using var _ = mortal;
        await mortal.Store.LockAsync(At("a"), new KvLockOptions { Value = "v".Bytes(), DeleteOnUnlock = true, Ttl = Second });
        Assert.Equal("v", (await Store.GetAsync(At("a"))).Value);
        mortal.Kill();
        await Patience.UntilAsync(async () => !await Store.ExistsAsync(At("a")), "the end of the value");
    }

    [Fact]
    public async Task A_value_that_cannot_be_put_frees_the_lock_again()
    {
        await Store.PutAllAsync(At("d/x"));
        await Assert.ThrowsAsync<KvIsDirectoryException>(async () => await Store.LockAsync(At("d"), new KvLockOptions { Value = "v".Bytes() }));
        await using var held = await Store.LockAsync(At("d"), NoWait);
        Assert.True(held.IsHeld);
    }

    [Fact]
    public async Task A_lock_that_was_not_taken_leaves_the_locked_key_alone()
    {
        await Store.PutAsync(At("a"), "kept");
        var tooLarge = new KvLockOptions { Value = new string('%', 4 << 20).Bytes(), DeleteOnUnlock = true };
        await Refusal.ThrowsAsync(KvErrorCode.QuotaExceeded, async () => await Store.LockAsync(At("a"), tooLarge));
        Assert.Equal("kept", (await Store.GetAsync(At("a"))).Value);
        await using var held = await Store.LockAsync(At("a"), NoWait);
        Assert.True(held.IsHeld);
    }

    [Fact]
    public async Task The_removal_of_a_directory_whose_name_begins_alike_is_not_the_loss_of_the_lock()
    {
        await using var etcd = await EtcdServer.StartAsync(new EtcdServerOptions { EnableV2 = true });
        await using var store = KvStore.Open(EtcdV2Rig.AddressOf(etcd));
        await store.PutAsync("lo/x", "");
        await using var held = await store.LockAsync("lock");

        // Before the guard starts, so that it finds this among past changes.
        await store.DeleteTreeAsync("lo");
        await Patience.UntilAsync(async () => held.Lost.IsCancellationRequested || await WatchersAsync(etcd) > 0, "the guard to have passed the past");
        Assert.True(held.IsHeld);
    }

    [Fact]
    public async Task A_lock_that_is_being_taken_when_the_store_closes_is_not_left_behind()
    {
        await using var proxy = new TcpProxy(Etcd.Server.Port);
        var store = KvStore.Open($"etcdv2://{proxy.Endpoint}");
        await (await store.LockAsync(At("first"))).DisposeAsync();
        proxy.StallAnswers();
        var taking = store.LockAsync(At("a"), new KvLockOptions { Ttl = TimeSpan.FromHours(1) }).AsTask();
        await Patience.UntilAsync(async () => await LockIndexAsync("a") > 0, "the lock's key");

        await store.DisposeAsync();
        await Assert.ThrowsAsync<KvStoreClosedException>(() => taking);
        Assert.Equal(0, await LockIndexAsync("a"));
    }

    [Fact]
    public async Task A_key_kept_alive_goes_with_its_store_though_the_answer_to_its_last_renewal_was_lost()
    {
        await using var proxy = new TcpProxy(Etcd.Server.Port);
        var store = KvStore.Open($"etcdv2://{proxy.Endpoint}");
        var written = await store.PutAsync(At("a"), "v", new KvPutOptions { Ttl = TimeSpan.FromSeconds(9), KeepAlive = true });
        proxy.StallAnswers();
        await Patience.UntilAsync(async () => (await Store.GetAsync(At("a"))).Revision > written.Revision, "a renewal");
        proxy.Cut();
        proxy.Flow();

        await store.DisposeAsync();
        Assert.Null(await Store.TryGetAsync(At("a")));
    }

    [Fact]
    public async Task A_kept_key_that_somebody_overwrote_is_left_to_them()
    {
        var other = KvStore.Open(Etcd.Address);
        var put = new KvPutOptions { Ttl = Second, KeepAlive = true };
        await other.PutAsync(At("a"), "mine", put);
        await Store.PutAsync(At("a"), "theirs");
        await other.PutAsync(At("b"), "mine", put);
        var renewed = await Store.GetAsync(At("b"));
        await Patience.UntilAsync(async () => (await Store.GetAsync(At("b"))).Revision >= renewed.Revision + 4, "renewals");
        await other.DisposeAsync();
        Assert.Equal("theirs", (await Store.GetAsync(At("a"))).Value);
        Assert.Null(await Store.TryGetAsync(At("b")));
    }

    private static async Task<int> WatchersAsync(EtcdServer etcd)
    {
        using var http = new HttpClient();
        using var reply = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://{etcd.Endpoint}/v2/stats/store")));
        return reply.RootElement.GetProperty("watchers").GetInt32();
    }

    private async Task<long> LockIndexAsync(string key) => (await Store.TryGetAsync(At(key) + LockNames.Suffix))?.Revision ?? 0;
}
