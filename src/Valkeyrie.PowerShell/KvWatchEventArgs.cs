namespace Valkeyrie.PowerShell;

/// <summary>What Register-KvWatch tells a subscriber: <c>$EventArgs</c> in its action, and <c>SourceEventArgs</c> of an event.</summary>
/// <param name="changes">What has changed.</param>
/// <param name="error">Why the watch has ended.</param>
public sealed class KvWatchEventArgs(IReadOnlyList<KvEvent> changes, KvException? error) : EventArgs
{
    /// <summary>What has changed, in order: one change, or with -Debounce of each key the newest one. Empty where the watch has ended.</summary>
    public IReadOnlyList<KvEvent> Changes { get; } = changes;

    /// <summary>Why the watch has ended, so that no further event comes; null where it goes on. An action gets no such event: its job has the error.</summary>
    public KvException? Error { get; } = error;
}
