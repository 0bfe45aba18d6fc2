namespace Valkeyrie.Tests.Conformance;

/// <summary>Memory remains bounded for listings of any length. Measured alone, because all tests share one heap.</summary>
public abstract class MemoryConformance(IStoreRig rig) : StoreConformance(rig)
{
    private const int Keys = 50_000;
    private const int ValueLength = 2_048;
    private const int InFlight = 64;
    private const int MeasureEvery = 5_000;

    // All these values together would need more than 100 MB.
    private const long Bound = 64L << 20;

    [Fact]
    public async Task Fifty_thousand_keys_are_listed_in_bounded_memory()
    {
        var value = new byte[ValueLength];
        Array.Fill(value, (byte)'x');
        await Parallel.ForAsync(0, Keys, new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (i, token) =>
            await Store.PutAsync(At($"k{i:00000}"), value, null, token));

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var peak = 0L;
        var count = 0;
        await foreach (var pair in Store.ListAsync(Root))
        {
            Assert.Equal(ValueLength, pair.GetBytes().Length);
            if (++count % MeasureEvery == 0)
            {
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        Assert.Equal(Keys, count);
        Assert.InRange(peak, long.MinValue, Bound);
    }
}
