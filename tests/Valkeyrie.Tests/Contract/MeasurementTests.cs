namespace Valkeyrie.Tests.Contract;

/// <summary>The results of measurements, and refused options.</summary>
public sealed class MeasurementTests
{
    [Fact]
    public void A_percentile_is_the_latency_at_the_nearest_rank()
    {
        var latencies = Enumerable.Range(1, 200).Reverse().Select(i => (long)i).ToArray();
        var measured = KvMeasurement.Of("Put", "memory:", new KvMeasureOptions(), TimeSpan.FromSeconds(2), latencies);
        Assert.Equal(200, measured.Calls);
        Assert.Equal(100, measured.Rate);
        Assert.Equal(
            [1, 100, 180, 198, 200],
            new[] { measured.Fastest, measured.Median, measured.Percentile90, measured.Percentile99, measured.Slowest }.Select(t => t.Ticks));
    }

    [Fact]
    public void One_call_is_every_percentile()
    {
        var measured = KvMeasurement.Of("Get", "memory:", new KvMeasureOptions(), TimeSpan.FromSeconds(1), new long[] { 7 });
        Assert.All([measured.Fastest, measured.Median, measured.Percentile90, measured.Percentile99, measured.Slowest], t => Assert.Equal(7, t.Ticks));
    }

    [Fact]
    public async Task An_option_that_is_not_valid_is_refused_by_name_before_anything_is_written()
    {
        await using var store = Valkeyrie.Embedded.EmbeddedStore.OpenInMemory();
        foreach (var (options, name) in new (KvMeasureOptions, string)[]
        {
            (new() { Count = 0 }, "Count"), (new() { Count = 1_000_001 }, "Count"), (new() { Timeout = TimeSpan.Zero }, "Timeout"),
            (new() { ValueSize = -1 }, "ValueSize"), (new() { CallsAtOnce = 0 }, "CallsAtOnce"),
        })
        {
            Assert.Equal(name, (await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await KvMeasurement.TakeAsync(store, options))).ParamName);
        }

        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await KvMeasurement.TakeAsync(store, new KvMeasureOptions { Directory = "" }));
        Assert.Equal(0, await store.CountAsync(KvRange.All));
    }

    [Fact]
    public void It_is_shown_fit_to_be_seen()
    {
        var measured = new KvMeasurement("Put", "a\u001b") { Median = TimeSpan.FromMilliseconds(1.5), Calls = 3000, Duration = TimeSpan.FromSeconds(1) };
        Assert.Equal("Put: 3,000/s, median 1.500 ms", $"{measured}");
        Assert.Equal("a␛", $"{measured:store}");
        Assert.Throws<FormatException>(() => $"{measured:none}");
    }
}
