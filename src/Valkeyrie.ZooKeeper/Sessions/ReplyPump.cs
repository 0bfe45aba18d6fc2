using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>Reads frames from a connection, hands them on, and resumes the callers whose replies have come.</summary>
/// <remarks>The next read is under way, and will be continued on another thread, before the last of those callers is resumed on this one: a call made
/// alone is spared a change of threads, and a caller that takes long holds up nobody's replies. The buffer grows with what has arrived, never with
/// what a frame says of its length.</remarks>
/// <param name="stream">The connection.</param>
/// <param name="onFrame">Takes one frame; called by one thread at a time. What it returns is resumed.</param>
/// <param name="onEnd">Called with the reason when there is nothing more to read.</param>
internal sealed class ReplyPump(Stream stream, ReplyPump.FrameHandler onFrame, Action<Exception> onEnd) : IThreadPoolWorkItem
{
    /// <summary>The longest reply that is taken.</summary>
    public const int LongestFrame = 64 << 20;

    private const int FirstSize = 64 << 10;

    private readonly List<PendingCall> _answered = [];
    private byte[] _buffer = new byte[FirstSize];
    private int _end;
    private Action? _continue;
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _read;

    public delegate PendingCall? FrameHandler(ReadOnlySpan<byte> frame);

    /// <summary>Begins to read.</summary>
    public void Start()
    {
        _continue = Pump;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            BeginRead();
        }
        catch (Exception e)
        {
            onEnd(e);
            return;
        }

        if (_read.IsCompleted)
        {
            Pump();
        }
        else
        {
            _read.UnsafeOnCompleted(_continue!);
        }
    }

    private void Pump()
    {
        PendingCall? last;
        try
        {
            bool goesOn;
            do
            {
                TakeFrames(_read.GetResult());
                BeginRead();
                goesOn = _read.IsCompleted;
                last = ResumeAnswered(butLast: !goesOn);
            }
            while (goesOn);
        }
        catch (Exception e)
        {
            ResumeAnswered(butLast: false);
            onEnd(e);
            return;
        }

        _read.UnsafeOnCompleted(_continue!);
        last?.Resume();
    }

#pragma warning disable CA2012 // consumed once, by the continuation that is set on it
    private void BeginRead() => _read = stream.ReadAsync(_buffer.AsMemory(_end)).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012

    private void TakeFrames(int read)
    {
        if (read == 0)
        {
            throw new EndOfStreamException("The server closed the connection.");
        }

        _end += read;
        var start = 0;
        while (_end - start >= sizeof(int))
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(start));
            if (length is < 0 or > LongestFrame)
            {
                throw new JuteException($"A frame has the invalid length {length}.");
            }

            var next = start + sizeof(int) + length;
            if (next > _end)
            {
                break;
            }

            if (onFrame(_buffer.AsSpan(start + sizeof(int), length)) is { } call)
            {
                _answered.Add(call);
            }

            start = next;
        }

        Keep(start);
    }

    /// <summary>Keeps what has not been taken, in a buffer with room behind it.</summary>
    private void Keep(int start)
    {
        var rest = _buffer.AsSpan(start.._end);
        var size = rest.Length < FirstSize / 2 ? FirstSize : rest.Length == _buffer.Length ? 2 * _buffer.Length : _buffer.Length;
        var kept = size == _buffer.Length ? _buffer : new byte[size];
        rest.CopyTo(kept);
        _buffer = kept;
        _end = rest.Length;
    }

    /// <summary>Sends callers to the thread pool: all, or all but the last, which is returned.</summary>
    private PendingCall? ResumeAnswered(bool butLast)
    {
        if (_answered.Count == 0)
        {
            return null;
        }

        var last = butLast ? _answered[^1] : null;
        foreach (var call in _answered)
        {
            if (call != last)
            {
                ThreadPool.UnsafeQueueUserWorkItem(call, preferLocal: false);
            }
        }

        _answered.Clear();
        return last;
    }
}
