using System.Diagnostics;

namespace Valkeyrie.Embedded.Writing;

/// <summary>Where writes line up. One thread takes all that wait and has them committed together: while one commit is on its way to the disk,
/// the next one gathers.</summary>
/// <remarks>A caller that is alone, and waits for each write before it makes the next, gains nothing by that and would pay for two changes of
/// threads: its writes are made on its own thread. Whether it is alone shows only while its writes are made elsewhere, since nobody can begin a
/// second write on a thread that makes the first; so every few of them are.</remarks>
internal sealed class WriteQueue : IDisposable
{
    private const int LargestBatch = 1024;

    // So many writes in a row that met no other make their caller a lone one.
    private const int LoneAfter = 4;

    // Of the writes of a lone caller one in so many is made elsewhere.
    private const int ProbeEvery = 128;

    // A commit may have taken long for another reason than the disk: because another process kept the file busy.
    private static readonly TimeSpan LongestGathering = TimeSpan.FromMilliseconds(5);

    private readonly Writer _writer;
    private readonly Action _committed;
    private readonly Func<Exception> _closedError;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private List<WriteRequest> _waiting = [];
    private int _waitingCount;
    private int _inFlight;
    private int _metNobody;
    private bool _isWriting;
    private volatile bool _closed;

    public WriteQueue(Writer writer, Action committed, Func<Exception> closedError)
    {
        _writer = writer;
        _committed = committed;
        _closedError = closedError;
        _thread = new Thread(Loop) { IsBackground = true, Name = "Valkeyrie writer" };
        _thread.Start();
    }

    /// <summary>Sees to it that a request is made, which it may be already when this returns.</summary>
    public void Add(WriteRequest request)
    {
        lock (_gate)
        {
            if (_closed)
            {
                request.Fail(_closedError());
                return;
            }

            if (!TryBeginHere())
            {
                Enqueue(request);
                return;
            }
        }

        var made = true;
        try
        {
            made = !request.TryTake() || _writer.TryCommitNow(request, _committed);
        }
        finally
        {
            EndHere(made ? null : request);
        }
    }

    /// <summary>Takes no more, makes what waits, and returns when that is done.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
    }

    private void Enqueue(WriteRequest request)
    {
        _waiting.Add(request);
        _waitingCount = _waiting.Count;
        if (_waitingCount == 1)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private bool TryBeginHere()
    {
        if (_metNobody < LoneAfter || _isWriting || _waiting.Count > 0 || _writer.SawOthersLately || ++_metNobody % ProbeEvery == 0)
        {
            return false;
        }

        return _isWriting = true;
    }

    private void EndHere(WriteRequest? left)
    {
        lock (_gate)
        {
            _isWriting = false;
            if (left is not null)
            {
                Enqueue(left);
            }

            if (_waiting.Count > 0 || _closed)
            {
                _metNobody = 0;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void Loop()
    {
        List<WriteRequest> taken = [];
        List<WriteRequest> batch = [];
        var lastCommit = TimeSpan.Zero;
        while (Take(ref taken, lastCommit))
        {
            var started = Stopwatch.GetTimestamp();
            foreach (var chunk in taken.Chunk(LargestBatch))
            {
                batch.AddRange(chunk.Where(r => r.TryTake()));
                Commit(batch);
                batch.Clear();
            }

            lastCommit = Stopwatch.GetElapsedTime(started);
            taken.Clear();
            _writer.GiveWay();
        }
    }

    /// <summary>Waits for requests and takes all there are; false when there will be none.</summary>
    private bool Take(ref List<WriteRequest> taken, TimeSpan lastCommit)
    {
        lock (_gate)
        {
            _isWriting = false;
            while (_waiting.Count == 0 || _isWriting)
            {
                if (_closed && !_isWriting)
                {
                    return false;
                }

                Monitor.Wait(_gate);
            }

            _isWriting = true;
        }

        Gather(lastCommit / 4 < LongestGathering ? lastCommit / 4 : LongestGathering);
        lock (_gate)
        {
            (taken, _waiting) = (_waiting, taken);
            _waitingCount = 0;
            return true;
        }
    }

    // Callers that have just learned of their commit are about to come back with the next. Without a moment for them they would be half of all,
    // and every commit would be half empty.
    private void Gather(TimeSpan atMost)
    {
        var started = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _waitingCount) < _inFlight && !_closed && Stopwatch.GetElapsedTime(started) < atMost)
        {
            Thread.Yield();
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
            _writer.Commit(batch, () => Written(batch.Count));
        }
        catch (Exception e)
        {
            // Whatever it is, it must not end the thread and leave callers waiting for ever.
            batch.ForEach(r => r.Fail(e));
        }
    }

    // Before any caller learns of it, and so could come back with the next one.
    private void Written(int count)
    {
        lock (_gate)
        {
            _inFlight = count + _waiting.Count;
            _metNobody = _inFlight == 1 ? _metNobody + 1 : 0;
        }

        _committed();
    }
}
