using System.Runtime.CompilerServices;

namespace Valkeyrie.PowerShell.Watching;

/// <summary>Follows a watch for a subscription, until one of the two ends.</summary>
internal static class WatchSubscription
{
    /// <summary>Raises an event for each change, or for each batch of them. What the receiver has no room for is not read.</summary>
    /// <param name="source">The watch.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="debounce">How long nothing must change before an event is raised; null to raise one for each change.</param>
    /// <param name="receiver">Raises the events.</param>
    /// <param name="unsubscribe">Ends the subscription.</param>
    public static async Task RunAsync(KvWatchSource source, IAsyncEnumerable<KvEvent> changes, TimeSpan? debounce, IWatchEvents receiver, Action unsubscribe)
    {
        try
        {
            await foreach (var batch in Batches(changes, debounce, source.Ending).ConfigureAwait(false))
            {
                await receiver.RaiseAsync(batch).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (source.HasEnded)
        {
            // Unsubscribed, or the action has called exit.
        }
        catch (KvException e) when (!source.HasEnded)
        {
            await FailAsync(source, receiver, e).ConfigureAwait(false);
        }
        finally
        {
            unsubscribe();
        }
    }

    private static async Task FailAsync(KvWatchSource source, IWatchEvents receiver, KvException error)
    {
        try
        {
            await receiver.FailAsync(error).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (source.HasEnded)
        {
            // Unsubscribed meanwhile.
        }
    }

    private static async IAsyncEnumerable<KvEvent[]> Batches(
        IAsyncEnumerable<KvEvent> changes, TimeSpan? debounce, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (debounce is { } pause)
        {
            await foreach (var batch in changes.Debounce(pause, time: null, cancellationToken).ConfigureAwait(false))
            {
                yield return [.. batch];
            }

            yield break;
        }

        await foreach (var change in changes.ConfigureAwait(false))
        {
            yield return [change];
        }
    }
}
