using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>A watch of Register-KvWatch, as the source of a subscription's events: <c>SourceObject</c> of Get-EventSubscriber, <c>$Sender</c> in an action. It ends
/// with the subscription.</summary>
public sealed class KvWatchSource
{
    /// <summary>The name of the event.</summary>
    internal const string EventName = nameof(Changed);

    private readonly CancellationTokenSource _ending;
    private Action<KvEvent[], EventArgs>? _changed;

    internal KvWatchSource(IKvStore store, KvRange range, CancellationTokenSource ending)
    {
        Store = store;
        Range = range;
        _ending = ending;
    }

    /// <summary>Raised for changes, with the changes and the same as <see cref="KvWatchEventArgs"/>. Removing a handler ends the watch.</summary>
    // The session generates a handler type at run time, which can use only types of the contract library and of .NET.
#pragma warning disable CA1003
    public event Action<KvEvent[], EventArgs>? Changed
#pragma warning restore CA1003
    {
        add => _changed += value;
        remove
        {
            _changed -= value;
            _ending.Cancel();
        }
    }

    /// <summary>The store.</summary>
    public IKvStore Store { get; }

    /// <summary>The watched range.</summary>
    public KvRange Range { get; }

    /// <summary>Gets the watched range and the store in words.</summary>
    public override string ToString() => VisibleText.Of($"{Range} of {Store.Info.Address}");

    /// <summary>Raises the events until the subscription or the stream of changes ends.</summary>
    /// <param name="changes">The changes to report.</param>
    /// <param name="debounce">How long nothing must change before an event is raised; null for one event per change.</param>
    /// <param name="events">The events of the session.</param>
    /// <param name="subscriber">The subscription.</param>
    /// <param name="tell">Creates the error for a failure.</param>
    internal async Task RunAsync(
        IAsyncEnumerable<KvEvent> changes, TimeSpan? debounce, PSEventManager events, PSEventSubscriber subscriber, Func<KvException, ErrorRecord> tell)
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
            // The subscription has ended.
        }
        catch (KvException e)
        {
            Fail(e, events, subscriber, tell);
        }
    }

    private void Raise(KvEvent[] changes, KvException? error)
    {
        if (!_ending.IsCancellationRequested)
        {
            _changed?.Invoke(changes, new KvWatchEventArgs(changes, error));
        }
    }

    // An action reacts to changes, and may restart a service. The job of the action contains the error.
    private void Fail(KvException error, PSEventManager events, PSEventSubscriber subscriber, Func<KvException, ErrorRecord> tell)
    {
        if (_ending.IsCancellationRequested)
        {
            return;
        }

        if (subscriber.Action is { } job)
        {
            job.Error.Add(tell(error));
        }
        else
        {
            Raise([], error);
        }

        events.UnsubscribeEvent(subscriber);
    }
}
