using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Copies keys from one location to another, with many in flight. No step includes more than one key.</summary>
/// <param name="from">The source.</param>
/// <param name="to">The destination.</param>
/// <param name="wait">Waits on the pipeline's thread.</param>
/// <param name="stopToken">Fires when the pipeline is stopped.</param>
internal sealed class TreeCopy(KvLocation from, KvLocation to, BlockingWait wait, CancellationToken stopToken)
{
    private const int Window = 64;

    /// <summary>Copies all keys of the directory, at one revision if the store keeps revisions. The copies do not expire, like keys that are written by
    /// hand.</summary>
    public void CopyDirectory(WorkProgress progress)
    {
        var onTheirWay = new Queue<Task<KvPair>>(Window);
        foreach (var pair in wait.Enumerate(KvTreeContent.Of(from.Store, from.Range).Pairs))
        {
            if (onTheirWay.Count == Window)
            {
                Finish(onTheirWay, progress);
            }

            onTheirWay.Enqueue(to.Store.PutAsync(to.Start + pair.Key[from.Start.Length..], pair.GetBytes(), null, stopToken).AsTask());
        }

        while (onTheirWay.Count > 0)
        {
            Finish(onTheirWay, progress);
        }
    }

    private void Finish(Queue<Task<KvPair>> onTheirWay, WorkProgress progress)
    {
        var first = onTheirWay.Dequeue();
        wait.ForEnd(first);
        wait.Result(first);
        progress.Add(1);
    }
}
