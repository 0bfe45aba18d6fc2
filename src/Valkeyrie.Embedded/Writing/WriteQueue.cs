namespace Valkeyrie.Embedded;

/// <summary>Where writes line up. One thread takes all that wait and has them committed together: while one commit is on its way to the disk,
/// the next one gathers.</summary>
/// <remarks>The thread is not the caller's, even where nobody else writes: a caller that begins many writes without waiting for each, as a
/// pipeline does, would otherwise pay a sync for every one.</remarks>
internal sealed class WriteQueue : IDisposable
{
    private const int LargestBatch = 1024;

    private readonly Writer _writer;
    private readonly Action _committed;
    private readonly Func<Exception> _closedError;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private List<WriteRequest> _waiting = [];
    private bool _closed;

    public WriteQueue(Writer writer, Action committed, Func<Exception> closedError)
    {
        _writer = writer;
        _committed = committed;
        _closedError = closedError;
        _thread = new Thread(Loop) { IsBackground = true, Name = "Valkeyrie writer" };
        _thread.Start();
    }

    public void Add(WriteRequest request)
    {
        lock (_gate)
        {
            if (_closed)
            {
                throw _closedError();
            }

            _waiting.Add(request);
            if (_waiting.Count == 1)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Takes no more, makes what waits, and returns when that is done.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private void Loop()
    {
        List<WriteRequest> taken = [];
        List<WriteRequest> batch = [];
        while (true)
        {
            lock (_gate)
            {
                while (_waiting.Count == 0)
                {
                    if (_closed)
                    {
                        return;
                    }

                    Monitor.Wait(_gate);
                }

                (taken, _waiting) = (_waiting, taken);
            }

            foreach (var chunk in taken.Chunk(LargestBatch))
            {
                batch.AddRange(chunk.Where(r => r.TryTake()));
                Commit(batch);
                batch.Clear();
            }

            taken.Clear();
            _writer.GiveWay();
        }
    }

    private void Commit(List<WriteRequest> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        try
        {
            _writer.Commit(batch);
        }
        catch (Exception e)
        {
            // Whatever it is, it must not end the thread and leave callers waiting for ever.
            batch.ForEach(r => r.Fail(e));
        }

        _committed();
    }
}
