using System.Collections.Concurrent;

namespace Valkeyrie.Tests.Faults;

/// <summary>A watch that records its events until the last one has arrived.</summary>
#pragma warning disable CA1001 // its cancellation source holds no timer and no handle
internal sealed class RecordedWatch
#pragma warning restore CA1001
{
    private readonly ConcurrentQueue<KvEvent> _events = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _sawLast = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private long _newest;

    /// <summary>Begins to watch.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The watched range.</param>
    /// <param name="options">The options of the watch.</param>
    /// <param name="isLast">True for the last event to wait for.</param>
    public RecordedWatch(IKvStore store, KvRange range, KvWatchOptions options, Func<KvEvent, bool> isLast) =>
        _reading = Task.Run(() => ReadAsync(store.WatchTreeAsync(range, options, _stop.Token), isLast));

    /// <summary>The events so far.</summary>
    public IReadOnlyList<KvEvent> Events => [.. _events];

    /// <summary>The error of the watch, if it has ended early.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Waits for an event of this revision or a later one, or for the early end of the watch.</summary>
    public Task ReachesAsync(long revision) =>
        Patience.UntilAsync(() => _reading.IsCompleted || Volatile.Read(ref _newest) >= revision, $"revision {revision} on a watch");

    /// <summary>Waits for the last event, or for the early end of the watch, and returns true for the former.</summary>
    public async Task<bool> CompletesAsync()
    {
        await Task.WhenAny(_sawLast.Task, _reading, Task.Delay(Patience.Limit));
        await StopAsync();
        return _sawLast.Task.IsCompleted;
    }

    /// <summary>Ends the watch.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _reading.WaitAsync(Patience.Limit);
    }

    /// <summary>Formats an event for comparison and recording.</summary>
    public static string Shape(KvEvent change) => $"{change.Type} {change.Key} @{change.Revision} {(change.Type == KvEventType.Put ? change.Value : "")}";

    private async Task ReadAsync(IAsyncEnumerable<KvEvent> events, Func<KvEvent, bool> isLast)
    {
        try
        {
            await foreach (var change in events)
            {
                _events.Enqueue(change);
                Volatile.Write(ref _newest, Math.Max(_newest, change.Revision));
                if (isLast(change))
                {
                    _sawLast.TrySetResult();
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            Error = e;
        }
    }
}
