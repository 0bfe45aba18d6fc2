namespace Valkeyrie.Etcd.Http2;

/// <summary>The open calls of a connection.</summary>
/// <param name="gate">The connection's lock, under which all is called but <see cref="Cancel"/> and <see cref="Acknowledge"/>.</param>
/// <param name="output">Tells the peer.</param>
internal sealed class Http2Streams(object gate, Outbound output)
{
    /// <summary>How much the peer may send on one stream before it is told that it may send more.</summary>
    public const int Window = 4 << 20;

    private const int LastUsefulId = int.MaxValue - 2;

    private readonly Dictionary<int, Http2Stream> _open = [];
    private TaskCompletionSource? _slotFreed;
    private uint _most = uint.MaxValue;
    private int _nextId = 1;
    private bool _draining;
    private bool _ended;

    /// <summary>True while calls can be started.</summary>
    public bool IsUsable => !_draining && !_ended;

    /// <summary>True once no more calls can be started, though those that are open go on.</summary>
    public bool IsDraining => _draining;

    public bool IsEmpty => _open.Count == 0;

    public Dictionary<int, Http2Stream>.ValueCollection Open => _open.Values;

    /// <summary>When the last call ended, in <see cref="Environment.TickCount64"/>.</summary>
    public long IdleSince { get; private set; } = Environment.TickCount64;

    /// <summary>What to wait for before another call can be started; null where one can be.</summary>
    public Task? SlotFreed() => _open.Count < _most
        ? null
        : (_slotFreed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Add(Http2Stream stream)
    {
        stream.Id = _nextId;
        stream.SendWindow = output.StreamWindow;
        _nextId += 2;
        _draining = _nextId >= LastUsefulId;
        _open.Add(stream.Id, stream);
    }

    /// <summary>The stream of a number; null if it has ended.</summary>
    /// <exception cref="Http2ProtocolException">There never was one.</exception>
    public Http2Stream? Find(int id) =>
        _open.TryGetValue(id, out var stream) ? stream
        : id != 0 && id < _nextId ? null
        : throw new Http2ProtocolException(Http2Error.ProtocolError, "it answers a call that was not made");

    /// <summary>Forgets a stream that the peer has ended.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="answered">True if it was by a whole answer: then, where the request is still open, the peer is told that nothing more
    /// will come.</param>
    public void Remove(Http2Stream stream, bool answered)
    {
        if (!_open.Remove(stream.Id))
        {
            return;
        }

        if (answered && (!stream.Unsent.IsEmpty || !stream.EndsWithUnsent))
        {
            output.WriteReset(stream.Id, Http2Error.Cancel);
        }

        Freed(stream);
    }

    /// <summary>Forgets the streams above a number, and returns them.</summary>
    public List<Http2Stream> RemoveAbove(uint id)
    {
        List<Http2Stream> removed = [.. _open.Values.Where(s => s.Id > id)];
        foreach (var stream in removed)
        {
            _open.Remove(stream.Id);
            Freed(stream);
        }

        return removed;
    }

    /// <summary>Has those that wait for a slot look again.</summary>
    public void SetMost(uint most)
    {
        _most = most;
        FreeSlot();
    }

    /// <summary>Takes no more calls.</summary>
    public void Drain()
    {
        _draining = true;

        // No slot of this connection is worth waiting for any more.
        FreeSlot();
    }

    /// <summary>Forgets all streams for good, and returns them.</summary>
    public List<Http2Stream> End()
    {
        _ended = true;
        List<Http2Stream> orphans = [.. _open.Values];
        _open.Clear();
        FreeSlot();
        return orphans;
    }

    /// <summary>Tells the peer that nobody wants the rest of its answer, or what is wrong with it.</summary>
    public void Cancel(Http2Stream stream, Http2Error error = Http2Error.Cancel)
    {
        lock (gate)
        {
            if (_open.Remove(stream.Id))
            {
                Freed(stream);
                output.WriteReset(stream.Id, error);
            }
        }
    }

    /// <summary>Lets the peer send as much more as has been taken of a stream, told in large steps.</summary>
    /// <returns>True if there is something to send.</returns>
    public bool Acknowledge(Http2Stream stream, int count)
    {
        lock (gate)
        {
            stream.Acknowledgeable += count;
            if (stream.Acknowledgeable < Window / 2 || !_open.ContainsKey(stream.Id))
            {
                return false;
            }

            output.WriteWindowUpdate(stream.Id, stream.Acknowledgeable);
            stream.Acknowledgeable = 0;
            return true;
        }
    }

    private void Freed(Http2Stream stream)
    {
        stream.Unsent = default;
        IdleSince = Environment.TickCount64;
        FreeSlot();
    }

    private void FreeSlot()
    {
        _slotFreed?.TrySetResult();
        _slotFreed = null;
    }
}
