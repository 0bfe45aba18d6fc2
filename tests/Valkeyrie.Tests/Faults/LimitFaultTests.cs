using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>Requests larger than the server accepts, and a server without space.</summary>
public class LimitFaultTests
{
    private const int RequestLimit = 100_000;

    static LimitFaultTests() => EtcdStore.Register();

    [Fact]
    public async Task A_value_over_the_servers_limit_is_quota_exceeded_and_not_written()
    {
        await using var etcd = await EtcdServer.StartAsync(new EtcdServerOptions { MaxRequestBytes = RequestLimit });
        await using var store = KvStore.Open(etcd.Address);
        await store.PutAsync("k", "before");

        // Slightly above the limit, and so far above that the server's transport refuses it unread.
        foreach (var length in new[] { RequestLimit + 1, RequestLimit * 20 })
        {
            var error = await Refusal.ThrowsAsync(KvErrorCode.QuotaExceeded, async () => await store.PutAsync("k", new byte[length]));
            Assert.Equal(KvErrorCode.QuotaExceeded, error.Code);
            Assert.Equal("k", error.Key);
            await Refusal.ThrowsAsync(KvErrorCode.QuotaExceeded, async () => await store.TryAtomicPutAsync("new", new byte[length], 0));
        }

        Assert.Equal("before", (await store.GetAsync("k")).Value);
        Assert.False(await store.ExistsAsync("new"));
        await store.PutAsync("k", new byte[RequestLimit / 2]);
    }

    [Fact]
    public async Task A_transaction_longer_than_the_server_takes_says_what_limits_it()
    {
        await using var etcd = await EtcdServer.StartAsync(new EtcdServerOptions());
        await using var store = KvStore.Open(etcd.Address);
        KvTransaction Of(int count) => new() { Then = [.. Enumerable.Range(0, count).Select(i => new KvOperation.Put($"k{i}", "v".Bytes()))] };
        var transactions = store.GetCapability<IKvTransactions>();
        await transactions.CommitAsync(Of(128));
        var error = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await transactions.CommitAsync(Of(129)));
        Assert.Contains("--max-txn-ops", error.Message, StringComparison.Ordinal);
        Assert.Equal(128, await store.CountAsync(KvRange.All));
    }

    [Fact]
    public async Task A_full_server_is_quota_exceeded_and_can_still_be_read()
    {
        await using var etcd = await EtcdServer.StartAsync(new EtcdServerOptions { QuotaBackendBytes = 2 << 20 });
        await using var store = KvStore.Open(etcd.Address);
        const int Most = 5_000;
        var value = new byte[20_000];
        var written = 0;

        // The server checks the size of its file when it commits, ten times a second, so it exceeds its quota.
        var error = await Refusal.ThrowsAsync(KvErrorCode.QuotaExceeded, async () =>
        {
            for (; written < Most; written++)
            {
                await store.PutAsync($"k{written}", value);
            }
        });
        Assert.Contains("space", error.Message, StringComparison.Ordinal);
        Assert.InRange(written, 1, Most - 1);
        Assert.Equal(value.Length, (await store.GetAsync("k0")).GetBytes().Length);

        // The put that exceeds the quota is made, and answered with the error.
        Assert.InRange(await store.CountAsync(KvRange.All), written, written + 1);
        await store.DeleteAsync("k0");
    }
}
