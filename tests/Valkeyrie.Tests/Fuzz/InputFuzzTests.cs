using Valkeyrie.Embedded;
using Valkeyrie.Etcd;
using Valkeyrie.Etcd.V2;

namespace Valkeyrie.Tests.Fuzz;

/// <summary>Input of users: keys, values, options, addresses.</summary>
public sealed class InputFuzzTests
{
    private const int Keys = 150_000;
    private const int Options = 50_000;
    private const int Addresses = 20_000;
    private const int Calls = 10_000;

    private static readonly string[] SomeAddresses =
    [
        "etcd://localhost:2379", "etcds://h1:1,h2:2", "etcdv2://[::1]:2379/", "etcdv2s://h", "embedded:/dev/shm/none/x.db?history=5&age=2h", "memory:?age=00:10:00", "x.db", @"C:\x.db",
    ];

    static InputFuzzTests()
    {
        EtcdStore.Register();
        EmbeddedStore.Register();
    }

    [Fact]
    public async Task Any_key_is_kept_unchanged_or_refused()
    {
        var kept = await FuzzCases.RunAsync(
            Keys,
            random =>
            {
                var key = Mutation.Text(random, 40);
                var kind = random.Next(3);
                return new FuzzCase(key.Length, () =>
                {
                    var range = kind switch { 0 => KvRange.Key(key), 1 => KvRange.Prefix(key), _ => KvRange.Directory(key) };
                    Assert.Equal(key, KeyCodec.Plain.Decode(KeyCodec.Plain.Encode(key)));
                    Assert.True(range.Kind == KvRangeKind.Directory || range.Contains(key));
                    Assert.True(LockNames.IsLockKey(new KvPair { Key = LockNames.DirectoryOf(key) + "1f", LeaseId = 0x1f }));
                    KeyCodec.Plain.IntervalOf(range);
                    var paths = new KeyPaths("ns/");
                    paths.PathOf(key);
                    paths.TreeOf(range);
                });
            },
            IsRefusal);
        Assert.InRange(kept, Keys / 100, Keys - (Keys / 100));
    }

    [Fact]
    public async Task Any_option_is_taken_or_refused()
    {
        TimeSpan[] edges = [TimeSpan.Zero, TimeSpan.MinValue, TimeSpan.MaxValue, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(9_000_000_000), KvStoreOptions.LongestTimeout];
        var taken = await FuzzCases.RunAsync(
            Options,
            random =>
            {
                var time = random.Next(3) == 0 ? edges[random.Next(edges.Length)] : new TimeSpan(random.NextInt64(-1000, long.MaxValue >> random.Next(60)));
                var text = Mutation.Text(random, 3);
                return new FuzzCase(text.Length, random.Next(3) switch
                {
                    0 => () => Assert.InRange(OptionRules.TtlSeconds(time), 1, long.MaxValue),
                    1 => () => OptionRules.CheckLock("k", new KvLockOptions { Timeout = time }),
                    _ => () => new KvStoreOptions { Timeout = time, KeepAlive = time, Namespace = text }.Check(),
                });
            },
            IsRefusal);
        Assert.InRange(taken, Options / 20, Options - (Options / 20));
    }

    [Fact]
    public async Task Any_address_is_opened_or_refused()
    {
        var opened = await FuzzCases.RunAsync(
            Addresses,
            random =>
            {
                var address = SomeAddresses[random.Next(SomeAddresses.Length)];
                for (var changes = random.Next(4); changes > 0; changes--)
                {
                    var at = random.Next(address.Length + 1);
                    address = random.Next(3) == 0 ? address.Remove(random.Next(address.Length)) + " " : address.Insert(at, Mutation.Text(random, 3));
                }

                // Before the first call no connection is opened and no file is created.
                return new FuzzCase(address.Length, () => KvStore.Open(address).DisposeAsync().AsTask().Wait());
            },
            e => IsRefusal(e) || (e is AggregateException { InnerException: { } inner } && IsRefusal(inner)));
        Assert.InRange(opened, Addresses / 20, Addresses - (Addresses / 20));
    }

    [Fact]
    public async Task Any_call_is_made_or_refused_and_what_was_put_is_got()
    {
        await using var store = EmbeddedStore.OpenInMemory();
        var made = 0;
        for (var seed = 0; seed < Calls; seed++)
        {
            var random = new Random(seed);
            var key = Mutation.Text(random, 8);
            var value = Mutation.Noise(random);
            var error = await Record.ExceptionAsync(() => CallAsync(store, random, key, value).WaitAsync(Patience.Limit));
            Assert.True(error is null || IsRefusal(error) || error is KvException, $"Seed {seed} gave {error}");
            made += error is null ? 1 : 0;
        }

        Assert.InRange(made, Calls / 10, Calls - (Calls / 10));
    }

    private static bool IsRefusal(Exception e) => e is KvInvalidArgumentException or KvNotSupportedException;

    private static async Task CallAsync(IKvStore store, Random random, string key, byte[] value)
    {
        var number = random.Next(5) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(-1, 5);
        switch (random.Next(9))
        {
            case 0:
                var ttl = new TimeSpan(random.NextInt64(-10, long.MaxValue >> random.Next(40)));
                await store.PutAsync(key, value, new KvPutOptions { Ttl = random.Next(2) == 0 ? null : ttl, LeaseId = random.Next(3) == 0 ? number : null, KeepAlive = random.Next(9) == 0 });
                break;
            case 1: await store.TryGetAsync(key, new KvReadOptions { Revision = number }); break;
            case 2: await store.TryAtomicPutAsync(key, value, number); break;
            case 3: await store.TryAtomicDeleteAsync(key, number); break;
            case 4: await store.ListAllAsync(KvRange.Prefix(key), new KvListOptions { Limit = number }); break;
            case 5: await store.TryDeleteTreeAsync(key); break;
            case 6: await store.ExistsAsync(key); break;
            case 7:
                await using (await store.LockAsync(key, new KvLockOptions { Timeout = TimeSpan.Zero, Ttl = new TimeSpan(random.NextInt64(-10, TimeSpan.TicksPerDay)), Value = value }))
                {
                    break;
                }

            default:
                await store.PutAsync(key, value);
                var got = await store.GetAsync(key);
                Assert.Equal(key, got.Key);
                Assert.Equal(value, got.GetBytes());
                break;
        }
    }
}
