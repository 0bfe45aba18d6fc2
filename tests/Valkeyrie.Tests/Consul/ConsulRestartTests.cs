using System.Collections.Concurrent;
using Valkeyrie.Consul;

namespace Valkeyrie.Tests.Consul;

/// <summary>A server that is killed and restarted during use, with or without its data.</summary>
public sealed class ConsulRestartTests
{
    static ConsulRestartTests() => ConsulStore.Register();

    [Fact]
    public async Task A_server_killed_under_load_loses_no_acknowledged_write_and_lets_no_two_past_the_fence()
    {
        const int Kills = 3;
        const int Writers = 8;
        await using var agent = await ConsulAgent.StartAsync();
        await using var store = KvStore.Open(agent.Address, new KvStoreOptions { Timeout = TimeSpan.FromSeconds(5) });
        await store.PutAsync("load/-begun", "");
        await using var watching = RunningWatch.Tree(store, "load", new KvWatchOptions { Outages = true });
        await watching.NextAsync();
        using var stop = new CancellationTokenSource();
        var acknowledged = new ConcurrentDictionary<string, string>();
        var attempted = new ConcurrentDictionary<string, int>();
        var writing = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var key = $"load/{writer}";
                attempted[key] = i;
                try
                {
                    await store.PutAsync(key, $"{i}");
                    acknowledged[key] = $"{i}";
                }
                catch (KvException e) when (e is KvUnreachableException or KvTimeoutException)
                {
                    // It may have taken effect: a later write is acknowledged, or the last one remains.
                    await Task.Delay(20);
                }
            }
        })).ToList();
        var fence = new Fence();
        var holders = Enumerable.Range(0, 3).Select(_ => Task.Run(() => HoldAsync(agent, fence, stop.Token))).ToList();
        for (var kill = 0; kill < Kills; kill++)
        {
            var before = acknowledged.Values.Sum(int.Parse);
            var tokens = fence.Count;
            await Patience.UntilAsync(() => acknowledged.Values.Sum(int.Parse) > before + 100 && fence.Count > tokens, "writes and holders");
            agent.Kill();
            await agent.StartAgainAsync();
        }

        var last = acknowledged.Values.Sum(int.Parse);
        await Patience.UntilAsync(() => acknowledged.Values.Sum(int.Parse) > last, "writes after the last start");
        await stop.CancelAsync();
        await Task.WhenAll([.. writing, .. holders]).WaitAsync(Patience.Limit);

        Assert.Equal("", fence.Wrong);
        foreach (var (key, value) in acknowledged)
        {
            var there = int.Parse((await store.GetAsync(key)).Value);
            Assert.InRange(there, int.Parse(value), attempted[key]);
        }

        // The watch survives each outage and reaches the last state.
        await store.PutAsync("load/-end", "");
        var seen = await watching.UntilAsync(e => e.Key == "load/-end");
        Assert.Equal(
            seen.Count(e => e.Type == KvEventType.Outage),
            seen.Count(e => e.Type == KvEventType.Resumed));
        Assert.DoesNotContain(seen, e => e.Type == KvEventType.Resync);
        foreach (var key in acknowledged.Keys)
        {
            Assert.Equal((await store.GetAsync(key)).Value, seen.Last(e => e.Key == key).Value);
        }
    }

    [Fact]
    public async Task A_server_that_comes_back_empty_is_another_history()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var store = KvStore.Open(agent.Address, new KvStoreOptions { Timeout = TimeSpan.FromSeconds(5) });
        for (var i = 0; i < 200; i++)
        {
            await store.PutAsync($"t/{i % 5}", $"{i}");
        }

        await using var strict = RunningWatch.Tree(store, "t");
        await using var lenient = RunningWatch.Tree(store, "t", new KvWatchOptions { Resynchronize = true });
        await strict.NextAsync(5);
        await lenient.NextAsync(5);
        agent.Kill();
        agent.Empty();
        await agent.StartAgainAsync();
        Assert.IsType<KvHistoryChangedException>(await strict.EndAsync());
        var seen = await lenient.UntilAsync(e => e.Type == KvEventType.Resync);
        Assert.DoesNotContain(seen, e => e.Type == KvEventType.Delete);
        await store.PutAsync("t/new", "1");
        Assert.Equal("t/new", (await lenient.UntilAsync(e => e.Type == KvEventType.Put))[^1].Key);
    }

    [Fact]
    public async Task An_expired_session_is_told_to_its_holder_before_another_can_have_the_lock()
    {
        await using var agent = await ConsulAgent.StartAsync();
        await using var proxy = new TcpProxy(agent.Port);
        await using var cutOff = KvStore.Open($"consul://{proxy.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromSeconds(2) });
        await using var other = KvStore.Open(agent.Address);
        var held = await cutOff.LockAsync("job", new KvLockOptions { Ttl = TimeSpan.FromSeconds(2) });
        var waiting = other.LockAsync("job").AsTask();
        proxy.Refuse();
        await using var next = await waiting.WaitAsync(Patience.Limit);
        Assert.True(held.Lost.IsCancellationRequested);
        Assert.Equal(KvLockLostReason.LeaseEnded, held.LostReason);
        Assert.True(next.FencingToken > held.FencingToken);
    }

    private static async Task HoldAsync(ConsulAgent agent, Fence fence, CancellationToken stop)
    {
        await using var store = KvStore.Open(agent.Address, new KvStoreOptions { Timeout = TimeSpan.FromSeconds(5) });
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var held = await store.LockAsync("load-lock", new KvLockOptions { Ttl = TimeSpan.FromSeconds(3) }, stop);
                for (var i = 0; i < 10 && held.IsHeld; i++)
                {
                    fence.Write(held.FencingToken);
                    await Task.Delay(5, CancellationToken.None);
                }
            }
            catch (Exception e) when (e is KvException or OperationCanceledException)
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    /// <summary>A resource that a lock guards: it refuses a token lower than one that it has seen. A lower token from the current holder is an error.</summary>
    private sealed class Fence
    {
        private readonly HashSet<long> _tokens = [];
        private long _highest;
        private string _wrong = "";

        public int Count
        {
            get
            {
                lock (_tokens)
                {
                    return _tokens.Count;
                }
            }
        }

        public string Wrong
        {
            get
            {
                lock (_tokens)
                {
                    return _wrong;
                }
            }
        }

        public void Write(long token)
        {
            lock (_tokens)
            {
                _tokens.Add(token);
                if (token < _highest)
                {
                    _wrong += $"{token} after {_highest}; ";
                }

                _highest = Math.Max(_highest, token);
            }
        }
    }
}
