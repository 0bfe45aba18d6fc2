namespace Valkeyrie.Tests.Rigs;

/// <summary>The number of bytes that the client of a <see cref="ScriptedHttp2Peer"/> allows it to send (RFC 9113 section 5.2).</summary>
internal sealed class FlowWindow(long size)
{
    private readonly object _gate = new();
    private long _size = size;
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Grow(long by)
    {
        lock (_gate)
        {
            _size += by;
            _grown.TrySetResult();
            _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Takes up to a number of bytes of the window when some are available.</summary>
    public async Task<int> TakeAsync(int most)
    {
        while (true)
        {
            Task grown;
            lock (_gate)
            {
                if (_size > 0)
                {
                    var taken = (int)Math.Min(most, _size);
                    _size -= taken;
                    return taken;
                }

                grown = _grown.Task;
            }

            await grown.WaitAsync(Patience.Limit);
        }
    }
}
