namespace Valkeyrie.Bench.Measuring;

/// <summary>Keeps a number of calls in flight until all are done.</summary>
internal static class InFlight
{
    public static Task RunAsync(int width, long operations, Func<long, ValueTask> call)
    {
        var next = -1L;
        return Task.WhenAll(Enumerable.Range(0, width).Select(_ => LaneAsync()));

        async Task LaneAsync()
        {
            for (var i = Interlocked.Increment(ref next); i < operations; i = Interlocked.Increment(ref next))
            {
                await call(i);
            }
        }
    }
}
