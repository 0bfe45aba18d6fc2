using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>A watch of Register-KvWatch, as the source of a subscription's events: <c>SourceObject</c> of Get-EventSubscriber, <c>$Sender</c> in an action. It
/// ends with the subscription.</summary>
public sealed class KvWatchSource
{
    /// <summary>The name of the event.</summary>
    internal const string EventName = nameof(Changed);

    private readonly CancellationTokenSource _ending;

    internal KvWatchSource(IKvStore store, KvRange range, CancellationTokenSource ending)
    {
        Store = store;
        Range = range;
        _ending = ending;
    }

    /// <summary>The event of the subscription. Register-KvWatch raises it in the session alone; other handlers are not called. Removing a handler ends the watch.</summary>
    // The session generates a handler type at run time, which can use only types of the contract library and of .NET.
#pragma warning disable CA1003
    public event Action<KvEvent[], EventArgs>? Changed
#pragma warning restore CA1003
    {
        add
        {
        }
        remove => End();
    }

    /// <summary>The store.</summary>
    public IKvStore Store { get; }

    /// <summary>The watched range.</summary>
    public KvRange Range { get; }

    /// <summary>True once the subscription has ended. The action is not run any more, also not for changes that still wait for it.</summary>
    public bool HasEnded => _ending.IsCancellationRequested;

    /// <summary>Cancelled when the watch ends.</summary>
    internal CancellationToken Ending => _ending.Token;

    /// <summary>Gets the watched range and the store in words.</summary>
    public override string ToString() => VisibleText.Of($"{Range} of {Store.Info.Address}");

    /// <summary>Raises an event in the session.</summary>
    /// <remarks>On this thread: a handler of <see cref="Changed"/> would hand over to the thread pool, which may change the order of two events.</remarks>
    /// <param name="events">The session's events.</param>
    /// <param name="name">The name of the subscription.</param>
    /// <param name="messageData">The user's object.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="error">Why the watch has ended; null if it goes on.</param>
    internal void Raise(PSEventManager events, string name, PSObject? messageData, KvEvent[] changes, KvException? error)
    {
        if (!HasEnded)
        {
            events.GenerateEvent(name, this, [changes, new KvWatchEventArgs(changes, error)], messageData, processInCurrentThread: true, waitForCompletionInCurrentThread: false);
        }
    }

    /// <summary>Ends the watch.</summary>
    internal void End() => _ending.Cancel();
}
