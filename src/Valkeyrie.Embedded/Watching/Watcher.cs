namespace Valkeyrie.Embedded;

/// <summary>One watch: where it has read up to, and whether there is more for it. Its state is guarded by its <see cref="ChangeHub"/>.</summary>
internal sealed class Watcher(KeyInterval interval, long next) : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    public KeyInterval Interval => interval;

    /// <summary>The position of the first change that the watch has not accounted for.</summary>
    public long Next { get; set; } = next;

    /// <summary>True if the watch must read for itself; false if the hub tells it when there is something.</summary>
    public bool IsBehind { get; set; } = true;

    /// <summary>Why the watch cannot go on; null if it can.</summary>
    public Exception? Failure { get; set; }

    public void Wake()
    {
        if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }

    public Task WaitAsync(CancellationToken cancellationToken) => _signal.WaitAsync(cancellationToken);

    public void Dispose() => _signal.Dispose();
}
