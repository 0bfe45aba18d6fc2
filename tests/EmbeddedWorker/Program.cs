// Works on a store and reports each action on its output, one per line. The test that started this process decides how it ends.
using System.Globalization;
using Valkeyrie;
using Valkeyrie.Embedded;
using Valkeyrie.Embedded.Databases;
using Valkeyrie.Engine;

await using var store = EmbeddedStore.Open(args[1].Length > 0 ? args[1] : null);
switch (args[0])
{
    case "transactions":
        await WriteTransactionsAsync(int.Parse(args[2], CultureInfo.InvariantCulture));
        break;
    case "share":
        await ShareAsync(args[2], int.Parse(args[3], CultureInfo.InvariantCulture), int.Parse(args[4], CultureInfo.InvariantCulture));
        break;
    case "put":
        await PutOnDemandAsync();
        break;
    case "hold":
        await HoldAsync(args[2]);
        break;
    case "fill":
        await FillAsync(int.Parse(args[2], CultureInfo.InvariantCulture));
        break;
    case "block":
        await BlockAsync();
        break;
    default:
        throw new ArgumentException($"There is no work called '{args[0]}'.");
}

// Endless transactions of two keys each, several in flight. A number on the output means that this transaction was acknowledged.
async Task WriteTransactionsAsync(int first)
{
    var next = first - 1;
    var transactions = store.GetCapability<IKvTransactions>();
    await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
    {
        while (true)
        {
            var number = Interlocked.Increment(ref next);
            var value = BitConverter.GetBytes(number);
            await transactions.CommitAsync(new KvTransaction { Then = [new KvOperation.Put($"a/{number}", value), new KvOperation.Put($"b/{number}", value)] });
            Console.WriteLine(number);
        }
    })));
}

// Writes its own keys, and between them increments one counter, without a condition, under a shared lock.
async Task ShareAsync(string name, int keys, int locks)
{
    for (var i = 0; i < keys; i++)
    {
        await store.PutAsync($"{name}/{i}", BitConverter.GetBytes(i));
        if (i * locks / keys == (i + 1) * locks / keys)
        {
            continue;
        }

        await using var held = await store.LockAsync("shared/count");
        var count = await store.TryGetAsync("shared/count") is { } pair ? BitConverter.ToInt32(pair.GetBytes()) : 0;
        await store.PutAsync("shared/count", BitConverter.GetBytes(count + 1));
        Console.WriteLine(held.FencingToken);
    }
}

// Puts a key for each line of the input, and reports the time in ticks.
async Task PutOnDemandAsync()
{
    await store.PingAsync();
    Console.WriteLine("ready");
    while (Console.ReadLine() is { } key)
    {
        await store.PutAsync(key, ReadOnlyMemory<byte>.Empty);
        Console.WriteLine(DateTime.UtcNow.Ticks);
    }
}

// Keeps a key alive and a lock held until the end.
async Task HoldAsync(string key)
{
    await store.PutAsync(key, ReadOnlyMemory<byte>.Empty, new KvPutOptions { Ttl = TimeSpan.FromSeconds(1), KeepAlive = true });
    var held = await store.LockAsync(key + "-lock", new KvLockOptions { Ttl = TimeSpan.FromSeconds(1) });
    Console.WriteLine(held.IsHeld ? "held" : "not held");
    Console.ReadLine();
}

// Blocks every thread of the pool until its own write is made, all in one commit. On the bare database, so nothing else
// uses a thread.
async Task BlockAsync()
{
    var threads = Math.Max(8, Environment.ProcessorCount);
    ThreadPool.SetMinThreads(threads, threads);
    ThreadPool.SetMaxThreads(threads, threads);
    using var database = FileDatabase.Open(args[1], KeyCodec.Plain, new EmbeddedOptions().Bounds, TimeSpan.FromSeconds(30), () => new KvStoreClosedException(args[1]));
    using var allWait = new CountdownEvent(threads);
    var first = database.WriteAsync(
        allWait,
        static (_, allWait) =>
        {
            allWait.Wait();
            return true;
        },
        CancellationToken.None);
    await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(() =>
    {
        var write = database.WriteAsync($"{thread}", static (writer, key) => writer.Put(key, [], 0), CancellationToken.None);
        allWait.Signal();
        write.Wait();
    })));
    Console.WriteLine(await first ? "done" : "not done");
}

// Writes until it fails: reports the number of writes, and the error.
async Task FillAsync(int most)
{
    var value = new byte[4096];
    var written = 0;
    try
    {
        for (; written < most; written++)
        {
            await store.PutAsync($"fill/{written}", value);
        }

        Console.WriteLine($"{written} none");
    }
    catch (KvException e)
    {
        Console.WriteLine($"{written} {e.Code} {e.Message}");
    }
}
