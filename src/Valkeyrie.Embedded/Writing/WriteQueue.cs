using System.Diagnostics;

namespace Valkeyrie.Embedded.Writing;

/// <summary>The queue of writes. One thread takes all waiting requests and commits them together; the next ones collect while a commit is written to the
/// disk.</summary>
/// <remarks>A single caller that awaits each write before the next gains nothing from the queue and would pay for two thread switches, so its writes are made
/// on its own thread. Whether it is single can be seen only while its writes are made elsewhere, because no other caller can begin a second write on a thread
/// that makes the first. Therefore one of every few writes uses the queue.</remarks>
internal sealed class WriteQueue : IDisposable
{
    private const int LargestBatch = 1024;

    // After this number of consecutive writes that met no other, the caller counts as single.
    private const int LoneAfter = 4;

    // One of this number of writes of a single caller uses the queue.
    private const int ProbeEvery = 128;

    // A commit can be slow for a reason other than the disk, for example because another process kept the file busy.
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

    /// <summary>Adds a request, which may already be completed on return.</summary>
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

    /// <summary>Accepts no more requests, completes the waiting ones, and returns afterwards.</summary>
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

    /// <summary>Waits for requests and takes all of them; false at the end of the queue.</summary>
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

    // Callers that were just notified of their commit are about to send their next write. Without a short wait for them, each commit would contain only half of
    // the callers.
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
            // Any failure must not end the thread, which would leave callers waiting forever.
            batch.ForEach(r => r.Fail(e));
        }
    }

    // Before any caller is notified and can send its next write.
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
