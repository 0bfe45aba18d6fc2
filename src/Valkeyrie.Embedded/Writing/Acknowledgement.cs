namespace Valkeyrie.Embedded.Writing;

/// <summary>Reports the outcome of writes to their callers, after the commit is on the disk.</summary>
internal static class Acknowledgement
{
    private const int WorthHandingOn = 4;

    /// <summary>Reports the outcome to the callers.</summary>
    /// <param name="requests">The committed requests; the list can be reused after the call.</param>
    /// <param name="refusals">The errors of refused requests; null if none was refused.</param>
    public static void Tell(IReadOnlyList<WriteRequest> requests, Exception?[]? refusals)
    {
        if (requests.Count < WorthHandingOn || !PoolHasIdleThread())
        {
            Done(requests, refusals);
            return;
        }

        // Continuations queued by a pool thread stay on that thread, while another thread would wake the pool for each of them.
        ThreadPool.UnsafeQueueUserWorkItem(static done => Done(done.Item1, done.refusals), (requests.ToArray(), refusals), preferLocal: false);
    }

    // If callers block the pool's threads until their write is made, the report must not wait for another thread.
    private static bool PoolHasIdleThread()
    {
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var available, out _);
        return ThreadPool.PendingWorkItemCount == 0 && ThreadPool.ThreadCount > most - available;
    }

    private static void Done(IReadOnlyList<WriteRequest> requests, Exception?[]? refusals)
    {
        for (var i = 0; i < requests.Count; i++)
        {
            if (refusals?[i] is { } refusal)
            {
                requests[i].Fail(refusal);
            }
            else
            {
                requests[i].Succeed();
            }
        }
    }
}
