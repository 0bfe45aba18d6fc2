namespace Valkeyrie.Tests.Fuzz;

/// <summary>Many cases of one kind, each with its own seed, which a failure names.</summary>
internal static class FuzzCases
{
    // The allowed allocation of a case: a constant, and an amount for each byte of input.
    private const long AllocatedAtMost = 256 << 10;
    private const long AllocatedPerByte = 128;

    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(5);

    /// <summary>Runs cases one after another on one thread.</summary>
    /// <param name="count">The number of cases.</param>
    /// <param name="prepare">Creates a case.</param>
    /// <param name="isAllowed">True for a failure with which a case may end.</param>
    /// <returns>The number of cases without a failure.</returns>
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
/// <param name="Length">The size of its input in bytes.</param>
/// <param name="Act">Runs the case.</param>
internal readonly record struct FuzzCase(int Length, Action Act);
