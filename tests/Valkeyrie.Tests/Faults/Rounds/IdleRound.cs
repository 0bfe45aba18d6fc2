using System.Diagnostics;
using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>Clients are idle for a long time behind proxies that silently drop idle connections. Afterwards the watch with frequent pings
/// has kept its connection; the watch whose connection was dropped before each ping has detected this within its keep-alive time, again and again; both
/// deliver the next change, and a client that only made a call before gets its next read answered in that time.</summary>
internal static class IdleRound
{
    private const string Key = "idle";

    /// <summary>Runs a round.</summary>
    /// <param name="run">The run.</param>
    /// <param name="idle">The idle time.</param>
    /// <param name="keepAlive">The keep-alive time of the clients. Their server accepts pings as often as that.</param>
    /// <param name="stop">Ends the round early.</param>
    /// <returns>A line about its observations.</returns>
    public static async Task<string> RunAsync(FaultRun run, TimeSpan idle, TimeSpan keepAlive, CancellationToken stop = default)
    {
        EtcdStore.Register();
        await using var etcd = await EtcdServer.StartAsync(new EtcdServerOptions { KeepAliveMinTime = keepAlive / 2 });
        await using var patient = new TcpProxy(etcd.Port);
        patient.ForgetAfter(keepAlive * 6);
        await using var hasty = new TcpProxy(etcd.Port);
        hasty.ForgetAfter(keepAlive / 2);
        await using var third = new TcpProxy(etcd.Port);
        third.ForgetAfter(keepAlive / 2);
        var options = new KvStoreOptions { KeepAlive = keepAlive, Timeout = Patience.Limit };
        await using var near = KvStore.Open(etcd.Address);
        await using var kept = KvStore.Open(patient.Address, options);
        await using var dropped = KvStore.Open(hasty.Address, options);
        await using var caller = KvStore.Open(third.Address, options);
        await near.PutAsync(Key, "before");
        await using var keptWatch = RunningWatch.Key(kept, Key);
        await using var droppedWatch = RunningWatch.Key(dropped, Key);
        await keptWatch.NextAsync();
        await droppedWatch.NextAsync();
        await caller.PutAsync("called", "before");
        await using var lag = new LagMeter();

        await Task.Delay(idle, stop);
        var drops = hasty.Accepted - 1;
        var began = Stopwatch.GetTimestamp();
        await near.PutAsync(Key, "after");
        var whenKept = ToldAsync(keptWatch, began);
        var whenDropped = ToldAsync(droppedWatch, began);
        Assert.Equal("before", (await caller.GetAsync("called", cancellationToken: stop)).Value);
        var whenCalled = Stopwatch.GetElapsedTime(began);
        await Task.WhenAll(whenKept, whenDropped);

        // Silent for its keep-alive time, then for half as long; checked every quarter of it.
        var noticed = (keepAlive * 2) + lag.Allowance;
        List<string> wrong = [];
        Expect(patient.Accepted == 1, $"The watch that asks often enough made {patient.Accepted} connections, not one.");
        Expect(drops >= (int)(idle / noticed), $"The watch whose connection was dropped made {drops} more in {idle}: too few to have noticed each within {noticed}.");
        Expect(await whenDropped <= noticed, $"The watch whose connection was dropped told the change after {await whenDropped}, not within {noticed}.");
        Expect(whenCalled <= noticed, $"The first read after the idle time took {whenCalled}, not {noticed} at most.");
        run.ThrowIfAny(wrong, []);
        return $"idle for {idle:hh\\:mm\\:ss} with a keep-alive of {keepAlive.TotalSeconds:0.#} s: kept its connection and told the next change in {Milliseconds(await whenKept)}; "
            + $"noticed {drops} drops and told it in {Milliseconds(await whenDropped)}; read in {Milliseconds(whenCalled)}";

        void Expect(bool holds, string otherwise) => wrong.AddRange(holds ? [] : [otherwise]);
    }

    private static async Task<TimeSpan> ToldAsync(RunningWatch watching, long since)
    {
        Assert.Equal("after", (await watching.NextAsync()).Value);
        return Stopwatch.GetElapsedTime(since);
    }

    private static string Milliseconds(TimeSpan time) => $"{time.TotalMilliseconds:0} ms";
}
