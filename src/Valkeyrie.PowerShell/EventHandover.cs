using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>Waits until an event of a subscription has been taken: until its action begins, or it is in the queue of Get-Event and that has room.</summary>
/// <remarks>The queues of a session have no bound, and events that are raised one right after the other may change their order on the way into them. With one event
/// on its way at a time, a watch reads no faster than its subscriber.</remarks>
internal sealed class EventHandover : IDisposable
{
    /// <summary>How many events wait for Get-Event at most.</summary>
    public const int MostUnread = 1000;

    // The session tells nobody that an event was removed from its queue.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly PSEventManager _events;
    private readonly PSEventSubscriber _subscriber;
    private readonly SemaphoreSlim _taken = new(0);

    /// <summary>Begins to listen.</summary>
    /// <param name="events">The session's events.</param>
    /// <param name="subscriber">The subscription.</param>
    public EventHandover(PSEventManager events, PSEventSubscriber subscriber)
    {
        _events = events;
        _subscriber = subscriber;
        if (subscriber.Action is { } job)
        {
            job.StateChanged += OnStateChanged;
        }
        else
        {
            events.ReceivedEvents.PSEventReceived += OnReceived;
        }
    }

    /// <summary>Raises an event, and waits until it has been taken.</summary>
    /// <param name="raise">Raises it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if nobody takes events any more: the action has thrown, and PowerShell runs it no further.</returns>
    public async ValueTask<bool> RaiseAsync(Action raise, CancellationToken cancellationToken)
    {
        while (_taken.Wait(0, CancellationToken.None))
        {
            // An action that was interrupted begins again.
        }

        raise();
        await _taken.WaitAsync(cancellationToken).ConfigureAwait(false);
        while (_subscriber.Action is null && Unread() >= MostUnread)
        {
            await Task.Delay(Look, cancellationToken).ConfigureAwait(false);
        }

        return _subscriber.Action?.JobStateInfo.State is not (JobState.Failed or JobState.Stopped);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The semaphore holds nothing to be released, and the session may still be about to signal it.
        if (_subscriber.Action is { } job)
        {
            job.StateChanged -= OnStateChanged;
        }
        else
        {
            _events.ReceivedEvents.PSEventReceived -= OnReceived;
        }
    }

    private void OnStateChanged(object? sender, JobStateEventArgs e) => _taken.Release();

    private void OnReceived(object? sender, PSEventArgs e)
    {
        if (e.SourceIdentifier == _subscriber.SourceIdentifier)
        {
            _taken.Release();
        }
    }

    private int Unread()
    {
        lock (_events.ReceivedEvents.SyncRoot)
        {
            return _events.ReceivedEvents.Count(received => received.SourceIdentifier == _subscriber.SourceIdentifier);
        }
    }
}
