namespace Valkeyrie.Tests.Conformance;

/// <summary>A measurement leaves no trace in the store.</summary>
public abstract class MeasurementConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Fact]
    public async Task Writes_and_reads_are_measured_and_the_scratch_directory_is_gone_afterwards()
    {
        await Store.PutAsync(At("kept"), "1");
        var told = 0;
        var measured = await KvMeasurement.TakeAsync(Store, new KvMeasureOptions { Directory = Root, Count = 20, CallsAtOnce = 4, ValueSize = 10, Progress = n => Interlocked.Exchange(ref told, n) });
        Assert.Equal(["Put", "Get"], measured.Select(m => m.Operation));
        Assert.All(measured, m =>
        {
            Assert.Equal((20, 4, 10, Store.Info.Address), (m.Calls, m.CallsAtOnce, m.ValueSize, m.Store));
            Assert.True(m.Rate > 0);
            Assert.True(TimeSpan.Zero < m.Fastest && m.Fastest <= m.Median && m.Median <= m.Percentile90 && m.Percentile90 <= m.Percentile99 && m.Percentile99 <= m.Slowest);
            Assert.True(m.Slowest <= m.Duration);
        });
        Assert.InRange(told, 1, 40);
        Assert.Equal([At("kept")], (await Store.ListAsync(Root).ToListAsync()).Select(p => p.Key));
    }

    [Fact]
    public async Task A_measurement_that_is_stopped_leaves_no_scratch_directory_behind()
    {
        await Store.PutAsync(At("kept"), "1");
        for (var calls = 1; calls <= 30; calls++)
        {
            await StopAfterAsync(calls);
            Assert.Equal([At("kept")], (await Store.ListAsync(Root).ToListAsync()).Select(p => p.Key));
        }

        async Task StopAfterAsync(int calls)
        {
            using var stop = new CancellationTokenSource();
            var options = new KvMeasureOptions { Directory = Root, Count = 1_000_000, Timeout = TimeSpan.FromHours(1), CallsAtOnce = 8, Progress = StopAt };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await KvMeasurement.TakeAsync(Store, options, stop.Token));

            void StopAt(int made)
            {
                if (made == calls)
                {
                    stop.Cancel();
                }
            }
        }
    }

    [Fact]
    public async Task The_time_bounds_what_the_count_does_not()
    {
        var measured = await KvMeasurement.TakeAsync(Store, new KvMeasureOptions { Directory = Root, Count = 1_000_000, Timeout = TimeSpan.FromMilliseconds(1) });
        Assert.All(measured, m => Assert.InRange(m.Calls, 1, 999_999));
    }
}
