using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>A watch that Register-KvWatch has begun, as the source of a subscription's events: <c>SourceObject</c> of Get-EventSubscriber, <c>$Sender</c> in an action. It ends
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

    /// <summary>Raised for changes: the changes, and the same as <see cref="KvWatchEventArgs"/>. To remove a handler ends the watch.</summary>
    // The session makes a type at run time to handle it, which can see types of the library and of .NET alone.
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

    /// <summary>What is followed.</summary>
    public KvRange Range { get; }

    /// <summary>What is followed, in words.</summary>
    public override string ToString() => VisibleText.Of($"{Range} of {Store.Info.Address}");

    /// <summary>Raises the events until the subscription ends, or what they tell.</summary>
    /// <param name="changes">What they tell.</param>
    /// <param name="debounce">How long nothing must change before an event is raised; null to raise one for each change.</param>
    /// <param name="events">The session's events.</param>
    /// <param name="subscriber">The subscription.</param>
    /// <param name="tell">Makes the error of a failure.</param>
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
            // Unsubscribed.
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

    // An action is one to changes, which may restart a service: of an error its job tells.
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
