namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The requests that a pipeline has in flight: answered in the order in which they were asked, and for one key also sent in that order,
/// each after the answer to the one before.</summary>
/// <remarks>Used by the pipeline's thread alone. A ring of fixed size and one dictionary entry a request, so that ten thousand records cost little
/// more than their requests.</remarks>
/// <typeparam name="TRequest">What is asked.</typeparam>
/// <typeparam name="TAnswer">What is answered.</typeparam>
/// <param name="window">The most requests in flight.</param>
/// <param name="send">Sends a request.</param>
internal sealed class OrderedRequests<TRequest, TAnswer>(int window, Func<TRequest, ValueTask<TAnswer>> send)
{
    private readonly Entry[] _ring = new Entry[window];
    private readonly Dictionary<string, Task<TAnswer>> _lastOfKey = new(window, StringComparer.Ordinal);
    private int _first;

    /// <summary>How many requests wait for their answer to be taken.</summary>
    public int Count { get; private set; }

    /// <summary>True if no further request can be added before an answer is taken.</summary>
    public bool IsFull => Count == window;

    /// <summary>The answer that is next to be taken, and ends sooner or later.</summary>
    public Task<TAnswer> Next => _ring[_first].Answer;

    /// <summary>The answer in the middle of those that are waited for.</summary>
    public Task<TAnswer> Middle => _ring[(_first + (Count / 2)) % window].Answer;

    /// <summary>All that wait for their answer to be taken, in order.</summary>
    public IReadOnlyList<Entry> Rest => [.. Enumerable.Range(0, Count).Select(i => _ring[(_first + i) % window])];

    /// <summary>Sends a request, or lines it up behind the one for the same key.</summary>
    /// <param name="key">The key it is about.</param>
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

    // A request that is refused before it is sent fails in its turn like any other.
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
