namespace Valkeyrie.Tests.Fuzz;

/// <summary>Many cases of one kind, each by a seed of its own, which the failure names.</summary>
internal static class FuzzCases
{
    // What a case may allocate: so much, and so much for each byte that came in.
    private const long AllocatedAtMost = 256 << 10;
    private const long AllocatedPerByte = 128;

    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(5);

    /// <summary>Runs cases one after the other on one thread.</summary>
    /// <param name="count">How many.</param>
    /// <param name="prepare">Makes a case.</param>
    /// <param name="isAllowed">Tells the failures that a case may end with.</param>
    /// <returns>How many cases ended without a failure.</returns>
    public static async Task<int> RunAsync(int count, Func<Random, FuzzCase> prepare, Func<Exception, bool> isAllowed)
    {
        var at = 0;
        var run = Task.Run(() =>
        {
            var fine = 0;
            for (; at < count; at++)
            {
                fine += RunOne(at, prepare(new Random(at)), isAllowed) ? 1 : 0;
            }

            return fine;
        });
        try
        {
            return await run.WaitAsync(LongestRun);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"The case of seed {Volatile.Read(ref at)} hangs, or all are too slow.");
        }
    }

    private static bool RunOne(int seed, FuzzCase one, Func<Exception, bool> isAllowed)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            one.Act();
            return true;
        }
        catch (Exception e) when (isAllowed(e))
        {
            return false;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Seed {seed} gave what may not be: {e}", e);
        }
        finally
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < AllocatedAtMost + (AllocatedPerByte * one.Length), $"Seed {seed} of {one.Length} bytes allocated {allocated}.");
        }
    }
}

/// <summary>One case.</summary>
/// <param name="Length">How many bytes its input has.</param>
/// <param name="Act">What is done with it.</param>
internal readonly record struct FuzzCase(int Length, Action Act);
