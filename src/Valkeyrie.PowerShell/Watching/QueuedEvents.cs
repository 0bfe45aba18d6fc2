using System.Management.Automation;

namespace Valkeyrie.PowerShell.Watching;

/// <summary>The events of a subscription without an action: they wait in the queue of Get-Event until a script removes them.</summary>
/// <param name="source">The watch.</param>
/// <param name="name">The name of the subscription.</param>
/// <param name="messageData">The user's object.</param>
/// <param name="events">The session's events.</param>
internal sealed class QueuedEvents(KvWatchSource source, string name, PSObject? messageData, PSEventManager events) : IWatchEvents
{
    /// <summary>The most events that wait. The queue has no bound.</summary>
    public const int Most = 1000;

    // The session does not report that an event was removed from its queue.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public async ValueTask RaiseAsync(KvEvent[] changes)
    {
        source.Raise(events, name, messageData, changes, null);
        while (Waiting() >= Most)
        {
            await Task.Delay(Look, source.Ending).ConfigureAwait(false);
        }
    }

    public ValueTask FailAsync(KvException error)
    {
        source.Raise(events, name, messageData, [], error);
        return ValueTask.CompletedTask;
    }

    private int Waiting()
    {
        var queue = events.ReceivedEvents;
        lock (queue.SyncRoot)
        {
            return queue.Count(received => string.Equals(received.SourceIdentifier, name, StringComparison.OrdinalIgnoreCase));
        }
    }
}
