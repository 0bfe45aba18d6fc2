using System.Threading.Channels;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A watch that runs in the background, read event by event.</summary>
internal sealed class RunningWatch : IAsyncDisposable
{
    private readonly Channel<KvEvent> _events = Channel.CreateUnbounded<KvEvent>();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _reading;

    public RunningWatch(Func<CancellationToken, IAsyncEnumerable<KvEvent>> watch) => _reading = Task.Run(() => ReadAsync(watch(_ended.Token)));

    /// <summary>Begins to watch a key.</summary>
    public static RunningWatch Key(IKvStore store, string key, KvWatchOptions? options = null) => new(token => store.WatchAsync(key, options, token));

    /// <summary>Begins to watch a range.</summary>
    public static RunningWatch Tree(IKvStore store, KvRange range, KvWatchOptions? options = null) => new(token => store.WatchTreeAsync(range, options, token));

    /// <summary>Gets the next event, or throws the error of the watch.</summary>
    public async Task<KvEvent> NextAsync()
    {
        Assert.True(await _events.Reader.WaitToReadAsync().AsTask().WaitAsync(Patience.Limit), "The watch has ended.");
        Assert.True(_events.Reader.TryRead(out var next));
        return next;
    }

    /// <summary>The next events.</summary>
    public async Task<IReadOnlyList<KvEvent>> NextAsync(int count)
    {
        var events = new List<KvEvent>();
        while (events.Count < count)
        {
            events.Add(await NextAsync());
        }

        return events;
    }

    /// <summary>Gets the events up to and including the first one for which the condition holds.</summary>
    public async Task<IReadOnlyList<KvEvent>> UntilAsync(Func<KvEvent, bool> last)
    {
        var events = new List<KvEvent>();
        do
        {
            events.Add(await NextAsync());
        }
        while (!last(events[^1]));

        return events;
    }

    /// <summary>Skips the remaining events and gets the error of the watch; null if it ends without one.</summary>
    public async Task<Exception?> EndAsync()
    {
        try
        {
            while (await _events.Reader.WaitToReadAsync().AsTask().WaitAsync(Patience.Limit))
            {
                _events.Reader.TryRead(out _);
            }

            return null;
        }
        catch (Exception e) when (e is not TimeoutException)
        {
            return e;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _reading.WaitAsync(Patience.Limit);
        _ended.Dispose();
    }

    private async Task ReadAsync(IAsyncEnumerable<KvEvent> events)
    {
        try
        {
            await foreach (var change in events)
            {
                _events.Writer.TryWrite(change);
            }

            _events.Writer.TryComplete();
        }
        catch (Exception e)
        {
            // Passed to the next reader.
            _events.Writer.TryComplete(e);
        }
    }
}
