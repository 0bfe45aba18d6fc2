using System.Globalization;
using Valkeyrie.Embedded;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Tests.Embedded;

/// <summary>Several processes on one file.</summary>
public sealed class ProcessTests(ITestOutputHelper output) : IDisposable
{
    private const string RoundsVariable = "VALKEYRIE_KILL_ROUNDS";

    private readonly EmbeddedFile _file = new();

    public void Dispose() => _file.Dispose();

    /// <summary>20 times; <c>VALKEYRIE_KILL_ROUNDS</c> sets another number.</summary>
    [Fact]
    public async Task Killed_in_the_middle_of_writing_no_acknowledged_write_is_missing_and_no_transaction_is_half_there()
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable(RoundsVariable), CultureInfo.InvariantCulture, out var number) ? number : 20;
        var random = new Random(rounds);
        var acknowledged = new HashSet<int>();
        for (var round = 0; round < rounds; round++)
        {
            await using (var worker = Worker.Start("transactions", _file.Path, $"{round * 1_000_000}"))
            {
                for (var left = random.Next(1, 200); left > 0; left--)
                {
                    acknowledged.Add(int.Parse((await worker.ReadAsync())!, CultureInfo.InvariantCulture));
                }

                worker.Kill();
                acknowledged.UnionWith((await worker.ReadToEndAsync()).Where(l => l.Length > 0).Select(l => int.Parse(l, CultureInfo.InvariantCulture)));
            }

            Assert.Equal("ok", _file.CheckIntegrity());
            await using var store = _file.Open();
            var first = await ValuesAsync(store, "a");
            Assert.Equal(first, await ValuesAsync(store, "b"));
            Assert.Subset(first, acknowledged);
        }

        output.WriteLine($"{rounds} kills, {acknowledged.Count} acknowledged transactions.");
    }

    [Fact]
    public async Task Eight_processes_write_side_by_side_and_are_in_the_lock_one_at_a_time()
    {
        const int Processes = 8;
        const int Keys = 2_000;
        const int Locks = 100;
        var workers = Enumerable.Range(0, Processes).Select(i => Worker.Start("share", _file.Path, $"p{i}", $"{Keys}", $"{Locks}")).ToList();
        var tokens = new List<long>();
        foreach (var worker in workers)
        {
            await using (worker)
            {
                List<long> own = [.. (await worker.ReadToEndAsync()).Select(l => long.Parse(l, CultureInfo.InvariantCulture))];
                Assert.Equal(Locks, own.Count);
                Assert.Equal(own.Order(), own);
                tokens.AddRange(own);
            }
        }

        Assert.Equal(Processes * Locks, tokens.Distinct().Count());
        await using var store = _file.Open();
        for (var i = 0; i < Processes; i++)
        {
            Assert.Equal(Keys, await store.CountAsync($"p{i}"));
        }

        // Each increment was a separate read and write: two at the same time would have become one.
        Assert.Equal(Processes * Locks, BitConverter.ToInt32((await store.GetAsync("shared/count")).GetBytes()));
        Assert.Equal("ok", _file.CheckIntegrity());
    }

    [Fact]
    public async Task A_watch_sees_the_writes_of_another_process_in_order()
    {
        const int Writes = 500;
        await using var store = _file.Open();
        await using var watching = RunningWatch.Tree(store, "watched");
        await using var worker = Worker.Start("put", _file.Path);
        Assert.Equal("ready", await worker.ReadAsync());
        var delays = new List<double>();
        for (var i = 0; i < Writes; i++)
        {
            await worker.TellAsync($"watched/{i}");
            var seen = await watching.NextAsync();
            var delay = DateTime.UtcNow.Ticks - long.Parse((await worker.ReadAsync())!, CultureInfo.InvariantCulture);
            delays.Add(Math.Max(0, delay) / (double)TimeSpan.TicksPerMillisecond);
            Assert.Equal($"watched/{i}", seen.Key);
        }

        delays.Sort();
        output.WriteLine($"Seen after the write was acknowledged: median {delays[Writes / 2]:0.0} ms, p99 {delays[Writes * 99 / 100]:0.0} ms, longest {delays[^1]:0.0} ms.");
    }

    [Fact]
    public async Task The_leases_of_a_killed_process_end_with_an_event_and_free_its_lock()
    {
        await using var store = _file.Open();
        await using var watching = RunningWatch.Key(store, "held");
        await using (var worker = Worker.Start("hold", _file.Path, "held"))
        {
            Assert.Equal("held", await worker.ReadAsync());
            await Assert.ThrowsAsync<KvCannotLockException>(async () => await store.LockAsync("held-lock", new KvLockOptions { Timeout = TimeSpan.Zero }));
            worker.Kill();
        }

        await watching.UntilAsync(e => e.Type == KvEventType.Delete);
        await using var held = await store.LockAsync("held-lock", new KvLockOptions { Timeout = Patience.Limit });
        Assert.True(held.IsHeld);
    }

    [Fact]
    public async Task A_key_whose_time_ran_out_while_nobody_was_there_is_not_read()
    {
        await using (var store = _file.Open())
        {
            await store.PutAsync("gone", "", new KvPutOptions { Ttl = TimeSpan.FromSeconds(60) });
            await store.PutAsync("kept", "");
        }

        // As if the machine had been off for an hour.
        _file.Execute("UPDATE leases SET deadline = deadline - 3600000");
        await using var later = _file.Open();
        Assert.False(await later.ExistsAsync("gone"));
        Assert.Equal(["kept"], await later.KeysAsync(KvRange.All));
        await using var again = _file.Open();
        Assert.Null(await again.TryGetAsync("gone"));
    }

    [Fact]
    public async Task A_lease_outlives_its_time_by_what_a_clock_that_is_set_right_gains()
    {
        var hour = TimeSpan.FromHours(1);
        await using var store = _file.Open();
        var leases = store.GetCapability<IKvLeases>();
        var asked = DateTime.UtcNow;
        var lease = await leases.GrantLeaseAsync(hour);
        AssertOutlives(asked);
        asked = DateTime.UtcNow;
        await leases.RenewLeaseAsync(lease.Id);
        AssertOutlives(asked);
        Assert.Equal(hour, lease.Ttl);
        Assert.InRange((await leases.GetLeaseAsync(lease.Id)).Remaining!.Value, TimeSpan.FromMinutes(1), hour);

        void AssertOutlives(DateTime since)
        {
            var end = DateTime.UnixEpoch.AddMilliseconds(_file.Scalar("SELECT deadline FROM leases"));
            Assert.InRange(end, since + hour + (hour * 500e-6), since + hour + Patience.Limit);
        }
    }

    /// <summary>Like the clock of a process in a container, or that of the machine after a user sets it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_process_whose_clock_is_off_by_an_hour_ends_no_lease_of_others(int hours)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone has a clock that nobody sets, with a name for its beginning.");
        await using var store = _file.Open();
        await store.PutAsync("kept", "", new KvPutOptions { Ttl = TimeSpan.FromMinutes(2) });
        await using var held = await store.LockAsync("lock", new KvLockOptions { Ttl = TimeSpan.FromMinutes(2) });
        await using (var other = new RevisionedStore(new EmbeddedEngine(
            EmbeddedAddress.OfFile(_file.Path, new EmbeddedOptions()), new KvStoreOptions(), wallClock: () => WallClock.Read() + (hours * 3_600_000L))))
        {
            await other.PutAsync("others", "", new KvPutOptions { Ttl = TimeSpan.FromMinutes(2) });
            Assert.True(await other.ExistsAsync("kept"));
        }

        Assert.Equal(["kept", "others"], await store.KeysAsync(KvRange.All));
        Assert.True(held.IsHeld);
        var leases = store.GetCapability<IKvLeases>();
        await foreach (var lease in leases.ListLeasesAsync())
        {
            Assert.InRange(lease.Remaining!.Value, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
        }
    }

    /// <summary>The clock of a store restarts with the machine, from the wall clock.</summary>
    [Fact]
    public async Task A_key_whose_time_ran_out_before_the_machine_was_started_anew_is_not_read()
    {
        await using (var store = _file.Open())
        {
            await store.PutAsync("gone", "", new KvPutOptions { Ttl = TimeSpan.FromSeconds(60) });
            await store.PutAsync("kept", "", new KvPutOptions { Ttl = TimeSpan.FromHours(2) });
        }

        // As if the machine had been restarted and an hour had passed.
        _file.Execute("UPDATE properties SET value = randomblob(16) WHERE name = 'boot'", "UPDATE leases SET deadline = deadline - 3600000");
        await using var later = _file.Open();
        Assert.Equal(["kept"], await later.KeysAsync(KvRange.All));
    }

    [Fact]
    public async Task A_clock_that_was_set_back_prolongs_no_lease()
    {
        await using (var store = _file.Open())
        {
            await store.PutAsync("gone", "", new KvPutOptions { Ttl = TimeSpan.FromSeconds(2) });
        }

        // As if the clock had been set back by a day.
        _file.Execute("UPDATE leases SET deadline = deadline + 86400000");
        await using var later = _file.Open();
        await Patience.UntilAsync(async () => !await later.ExistsAsync("gone"), "the end of the key");
    }

    private static async Task<HashSet<int>> ValuesAsync(IKvStore store, string directory) =>
        [.. (await store.ListAllAsync(directory)).Select(p => BitConverter.ToInt32(p.GetBytes()))];
}
