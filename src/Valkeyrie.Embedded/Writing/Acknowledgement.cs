namespace Valkeyrie.Embedded.Writing;

/// <summary>Tells those who wait for their writes what became of them, once they are on the disk.</summary>
internal static class Acknowledgement
{
    private const int WorthHandingOn = 4;

    /// <summary>Tells the callers.</summary>
    /// <param name="requests">What was committed; the list is free for other use when this returns.</param>
    /// <param name="refusals">What those were refused with that were; null if none was.</param>
    public static void Tell(IReadOnlyList<WriteRequest> requests, Exception?[]? refusals)
    {
        if (requests.Count < WorthHandingOn || !PoolHasIdleThread())
        {
            Done(requests, refusals);
            return;
        }

        // What a thread of the pool hands on stays with that thread, while another one would wake the pool for each of them.
        ThreadPool.UnsafeQueueUserWorkItem(static done => Done(done.Item1, done.refusals), (requests.ToArray(), refusals), preferLocal: false);
    }

    // Callers that block the threads of the pool until their write is made must not have to wait for a further one.
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
