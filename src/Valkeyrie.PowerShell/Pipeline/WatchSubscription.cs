using System.Management.Automation;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A watch that raises events of the session for as long as somebody has subscribed to them.</summary>
internal sealed class WatchSubscription
{
    private readonly PSEventManager _events;
    private readonly PSEventSubscriber _subscriber;
    private readonly IKvStore _store;
    private readonly CancellationTokenSource _ending;

    private WatchSubscription(PSEventManager events, PSEventSubscriber subscriber, IKvStore store, CancellationTokenSource ending)
    {
        _events = events;
        _subscriber = subscriber;
        _store = store;
        _ending = ending;
    }

    /// <summary>Begins to raise events. It ends with the subscription, by Unregister-Event or with the session.</summary>
    /// <param name="events">The session's events.</param>
    /// <param name="subscriber">The subscription.</param>
    /// <param name="store">The store, which is their sender.</param>
    /// <param name="changes">What they tell.</param>
    /// <param name="debounce">How long nothing must change before an event is raised; null to raise one for each change.</param>
    /// <param name="ending">Ends the changes.</param>
    public static void Begin(
        PSEventManager events, PSEventSubscriber subscriber, IKvStore store, IAsyncEnumerable<KvEvent> changes, TimeSpan? debounce, CancellationTokenSource ending)
    {
        var subscription = new WatchSubscription(events, subscriber, store, ending);
        subscriber.Unsubscribed += (_, _) => ending.Cancel();
        _ = Task.Run(() => subscription.RunAsync(changes, debounce));
    }

    private async Task RunAsync(IAsyncEnumerable<KvEvent> changes, TimeSpan? debounce)
    {
        try
        {
            if (debounce is { } pause)
            {
                await foreach (var batch in changes.Debounce(pause, time: null, _ending.Token).ConfigureAwait(false))
                {
                    Raise([.. batch], null);
                }
            }
            else
            {
                await foreach (var change in changes.ConfigureAwait(false))
                {
                    Raise([change], null);
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // Unsubscribed.
        }
        catch (KvException) when (_ending.IsCancellationRequested)
        {
            // Unsubscribed, or the session has ended and closed its stores.
        }
        catch (KvException e)
        {
            Fail(e);
        }
    }

    private void Raise(KvEvent[] changes, KvException? error) =>
        _events.GenerateEvent(_subscriber.SourceIdentifier, _store, [changes, new KvWatchEventArgs(changes, error)], extraData: null);

    // An action is one to changes, which may restart a service: of an error its job tells.
    private void Fail(KvException error)
    {
        if (_subscriber.Action is { } job)
        {
            job.Error.Add(VisibleError.Of(ErrorRecords.From(error)));
        }
        else
        {
            Raise([], error);
        }

        _events.UnsubscribeEvent(_subscriber);
    }
}
