using System.Diagnostics;

namespace Valkeyrie.Tests.Faults;

/// <summary>Takes one lock again and again. While it holds the lock, it writes to a resource: a line of its output. It is careless on purpose: it continues
/// to write for a while after it has lost the lock, so the resource has something to refuse.</summary>
/// <remarks>A line is a word, a token, and the relevant times, in ticks of the machine's monotonic clock:
/// <c>acquired TOKEN ASKED TAKEN</c>, <c>write TOKEN HELD CHECKED</c> (the time is read before the lock is checked),
/// <c>released TOKEN BEGUN</c>, <c>failed CODE</c>, <c>unexpected ERROR</c>.</remarks>
internal sealed class LockHolder(IKvStore store, string key, TimeSpan ttl, int seed)
{
    private const int WritesAfterLoss = 5;
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly Random _random = new(seed);

    public async Task RunAsync()
    {
        while (true)
        {
            try
            {
                await HoldOnceAsync();
            }
            catch (KvException e)
            {
                Console.WriteLine($"failed {e.Code}");
                await Task.Delay(AfterFailure);
            }
            catch (Exception e)
            {
                Console.WriteLine($"unexpected {e.ToString().ReplaceLineEndings(" ")}");
                return;
            }
        }
    }

    private async Task HoldOnceAsync()
    {
        var asked = Stopwatch.GetTimestamp();

        // Some wait only briefly: a contender behind one that leaves the queue must not take the lock of the one before it.
        TimeSpan? patience = _random.Next(2) == 0 ? TimeSpan.FromMilliseconds(_random.Next(20, 400)) : null;
        var held = await store.LockAsync(key, new KvLockOptions { Ttl = ttl, Timeout = patience });
        Console.WriteLine($"acquired {held.FencingToken} {asked} {Stopwatch.GetTimestamp()}");
        var writes = _random.Next(5, 60);
        for (var afterLoss = 0; writes > 0 && afterLoss < WritesAfterLoss;)
        {
            var at = Stopwatch.GetTimestamp();
            var isHeld = held.IsHeld;
            Console.WriteLine($"write {held.FencingToken} {(isHeld ? 1 : 0)} {at}");
            writes -= isHeld ? 1 : 0;
            afterLoss += isHeld ? 0 : 1;
            await Task.Delay(BetweenWrites);
        }

        Console.WriteLine($"released {held.FencingToken} {Stopwatch.GetTimestamp()}");
        await held.UnlockAsync();
    }
}
