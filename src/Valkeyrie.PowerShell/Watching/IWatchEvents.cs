namespace Valkeyrie.PowerShell.Watching;

/// <summary>Raises the events of a subscription, no more of them ahead of their receiver than a bound.</summary>
internal interface IWatchEvents
{
    /// <summary>Raises an event, and waits until the next one may be raised.</summary>
    /// <param name="changes">The changes.</param>
    ValueTask RaiseAsync(KvEvent[] changes);

    /// <summary>Reports the failure that has ended the watch.</summary>
    /// <param name="error">The failure.</param>
    ValueTask FailAsync(KvException error);
}
