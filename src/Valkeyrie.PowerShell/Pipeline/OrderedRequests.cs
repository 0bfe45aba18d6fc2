namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The requests in flight of a pipeline. They are answered in the order of the requests. Requests for one key are also sent in order,
/// each after the answer to the previous one.</summary>
/// <remarks>Used only by the pipeline's thread. It consists of a ring of fixed size and one dictionary entry per request, so ten thousand records cost little
/// more than their requests.</remarks>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TAnswer">The answer.</typeparam>
/// <param name="window">The maximum number of requests in flight.</param>
/// <param name="send">Sends a request.</param>
internal sealed class OrderedRequests<TRequest, TAnswer>(int window, Func<TRequest, ValueTask<TAnswer>> send)
{
    private readonly Entry[] _ring = new Entry[window];
    private readonly Dictionary<string, Task<TAnswer>> _lastOfKey = new(window, StringComparer.Ordinal);
    private int _first;

    /// <summary>The number of requests whose answers have not been taken.</summary>
    public int Count { get; private set; }

    /// <summary>True if an answer must be taken before the next request.</summary>
    public bool IsFull => Count == window;

    /// <summary>The next answer to take.</summary>
    public Task<TAnswer> Next => _ring[_first].Answer;

    /// <summary>The answer in the middle of those that have not been taken.</summary>
    public Task<TAnswer> Middle => _ring[(_first + (Count / 2)) % window].Answer;

    /// <summary>All requests whose answers have not been taken, in order.</summary>
    public IReadOnlyList<Entry> Rest => [.. Enumerable.Range(0, Count).Select(i => _ring[(_first + i) % window])];

    /// <summary>Sends a request, or queues it after the request for the same key.</summary>
    /// <param name="key">The key of the request.</param>
    /// <param name="request">The request.</param>
    public void Add(string key, TRequest request)
    {
        var answer = _lastOfKey.TryGetValue(key, out var before) && !before.IsCompleted ? SendAfterAsync(before, request) : Send(request);
        _lastOfKey[key] = answer;
        _ring[(_first + Count) % window] = new Entry(key, request, answer);
        Count++;
    }

    /// <summary>Takes the next answer.</summary>
    public Entry Take()
    {
        var taken = _ring[_first];
        _ring[_first] = default;
        _first = (_first + 1) % window;
        Count--;
        if (_lastOfKey.TryGetValue(taken.Key, out var last) && last == taken.Answer)
        {
            _lastOfKey.Remove(taken.Key);
        }

        return taken;
    }

    // A request that is refused before it is sent fails in its turn.
    private Task<TAnswer> Send(TRequest request)
    {
        try
        {
            return send(request).AsTask();
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            return Task.FromException<TAnswer>(e);
        }
    }

    private async Task<TAnswer> SendAfterAsync(Task before, TRequest request)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await send(request).ConfigureAwait(false);
    }

    /// <summary>A request and its answer.</summary>
    internal readonly record struct Entry(string Key, TRequest Request, Task<TAnswer> Answer);
}
