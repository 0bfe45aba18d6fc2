namespace Valkeyrie.PowerShell;

/// <summary>The arguments of an event of Register-KvWatch: <c>$EventArgs</c> in its action, and <c>SourceEventArgs</c> of an event.</summary>
/// <param name="changes">The changes.</param>
/// <param name="error">The reason for the end of the watch.</param>
public sealed class KvWatchEventArgs(IReadOnlyList<KvEvent> changes, KvException? error) : EventArgs
{
    /// <summary>The changes in order: one change, or with -Debounce the newest change of each key. Empty if the watch has ended.</summary>
    public IReadOnlyList<KvEvent> Changes { get; } = changes;

    /// <summary>The reason for the end of the watch, after which no further event follows; null while it continues. An action does not receive this event: its
    /// job contains the error.</summary>
    public KvException? Error { get; } = error;
}
