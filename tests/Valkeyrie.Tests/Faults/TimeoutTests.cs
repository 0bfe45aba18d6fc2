using System.Diagnostics;
using Valkeyrie.Etcd;
using Valkeyrie.Tests.Conformance;
using Valkeyrie.Tests.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>Calls end within their timeout, however the connection to the server breaks.</summary>
public sealed class TimeoutTests(SharedEtcd etcd)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    static TimeoutTests() => EtcdStore.Register();

    [Theory]
    [InlineData("stall")]
    [InlineData("swallow")]
    [InlineData("forget")]
    [InlineData("refuse")]
    public async Task Every_call_ends_within_its_timeout_whatever_happens(string fault)
    {
        await using var proxy = new TcpProxy(etcd.Server.Port);
        await using var store = KvStore.Open(proxy.Address, new KvStoreOptions { Timeout = Timeout });
        var root = $"timeout-{Guid.NewGuid():n}";
        await store.PutAsync(root + "/k", "v");
        Break(proxy, fault);
        if (fault == "refuse")
        {
            // Data that is sent before the end of the connection is known may have arrived.
            await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await store.PingAsync()) is KvException { NotSent: true }, "the word that nothing is there");
        }

        var calls = ((IEnumerable<Xunit.ITheoryDataRow>)EveryCall.OnPaths).Select(row => (string)row.GetData()[0]!).ToList();
        await using var lag = new LagMeter();
        var ends = await Task.WhenAll(calls.Select(async call =>
        {
            var began = Stopwatch.GetTimestamp();
            var error = await Record.ExceptionAsync(() => EveryCall.MakeAsync(call, store, $"{root}/{call}").WaitAsync(Patience.Limit));
            return (call, Error: error, Took: Stopwatch.GetElapsedTime(began));
        }));
        Assert.All(ends, end => Assert.True(end.Error is KvTimeoutException or KvUnreachableException, $"{end.call}: {end.Error}"));
        Assert.All(ends, end => Assert.True(end.Took <= Timeout + lag.Allowance, $"{end.call} took {end.Took}."));
        if (fault == "refuse")
        {
            Assert.All(ends, end => Assert.True(((KvException)end.Error!).NotSent, end.call));
        }
    }

    [Fact]
    public async Task A_write_that_may_have_reached_the_server_is_not_called_unsent()
    {
        await using var proxy = new TcpProxy(etcd.Server.Port);
        await using var store = KvStore.Open(proxy.Address, new KvStoreOptions { Timeout = Timeout });
        var key = $"timeout-{Guid.NewGuid():n}";
        await store.PutAsync(key, "v");
        proxy.Swallow();
        var sent = await Assert.ThrowsAnyAsync<KvException>(async () => await store.PutAsync(key, "w"));
        Assert.False(sent.NotSent);
    }

    private static void Break(TcpProxy proxy, string fault)
    {
        switch (fault)
        {
            case "stall": proxy.Stall(); break;
            case "swallow": proxy.Swallow(); break;
            case "forget":
                // Longer than a call lasts, no other connection is established in time.
                proxy.Forget();
                proxy.Stall();
                break;
            default: proxy.Refuse(); break;
        }
    }
}
