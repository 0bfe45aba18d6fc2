namespace Valkeyrie.Embedded.Storage;

/// <summary>Connections for reading a file, one for each concurrent reader; unused ones are kept for later reads.</summary>
internal sealed class ReaderPool(Func<PairReader> open, Func<Exception> closedError) : IDisposable
{
    private readonly PairReader?[] _idle = new PairReader?[Math.Max(4, 2 * Environment.ProcessorCount)];
    private readonly object _gate = new();
    private int _opened;
    private volatile bool _closed;

    public T Read<TState, T>(TState state, Func<PairReader, TState, T> read)
    {
        var reader = Rent();
        try
        {
            return read(reader, state);
        }
        finally
        {
            Return(reader);
        }
    }

    /// <summary>Closes the connections, and waits for those in use. Afterwards the file is released.</summary>
    public void Dispose()
    {
        _closed = true;
        for (var i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.Exchange(ref _idle[i], null) is { } reader)
            {
                Close(reader);
            }
        }

        lock (_gate)
        {
            while (_opened > 0)
            {
                Monitor.Wait(_gate);
            }
        }
    }

    private PairReader Rent()
    {
        for (var i = 0; i < _idle.Length; i++)
        {
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is { } reader)
            {
                return reader;
            }
        }

        lock (_gate)
        {
            if (_closed)
            {
                throw closedError();
            }

            _opened++;
        }

        try
        {
            return open();
        }
        catch
        {
            CountClosed();
            throw;
        }
    }

    private void Return(PairReader reader)
    {
        for (var i = 0; i < _idle.Length && !_closed; i++)
        {
            if (_idle[i] is null && Interlocked.CompareExchange(ref _idle[i], reader, null) is null)
            {
                // The pool may have been closed just before the connection was returned.
                if (!_closed || Interlocked.Exchange(ref _idle[i], null) is not { } left)
                {
                    return;
                }

                reader = left;
                break;
            }
        }

        Close(reader);
    }

    private void Close(PairReader reader)
    {
        reader.Connection.Dispose();
        CountClosed();
    }

    private void CountClosed()
    {
        lock (_gate)
        {
            _opened--;
            Monitor.PulseAll(_gate);
        }
    }
}
