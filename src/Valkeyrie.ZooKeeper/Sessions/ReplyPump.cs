using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>Reads frames from a connection, passes them on, and resumes the callers whose replies have arrived.</summary>
/// <remarks>Before the last of these callers is resumed on this thread, the next read is started, which continues on another thread. So a single call avoids a
/// thread switch, and a slow caller does not delay other replies. The buffer grows with the received bytes, never with the length stated in a frame.</remarks>
/// <param name="stream">The connection.</param>
/// <param name="onFrame">Processes a frame; called by one thread at a time. The returned call is resumed.</param>
/// <param name="onEnd">Called with the reason at the end of the connection.</param>
internal sealed class ReplyPump(Stream stream, ReplyPump.FrameHandler onFrame, Action<Exception> onEnd) : IThreadPoolWorkItem
{
    /// <summary>The longest accepted reply, in bytes.</summary>
    public const int LongestFrame = 64 << 20;

    private const int FirstSize = 64 << 10;

    private readonly List<PendingCall> _answered = [];
    private byte[] _buffer = new byte[FirstSize];
    private int _end;
    private Action? _continue;
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _read;

    public delegate PendingCall? FrameHandler(ReadOnlySpan<byte> frame);

    /// <summary>Starts to read.</summary>
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

    /// <summary>Moves the unprocessed bytes to a buffer with room after them.</summary>
    private void Keep(int start)
    {
        var rest = _buffer.AsSpan(start.._end);
        var size = rest.Length < FirstSize / 2 ? FirstSize : rest.Length == _buffer.Length ? 2 * _buffer.Length : _buffer.Length;
        var kept = size == _buffer.Length ? _buffer : new byte[size];
        rest.CopyTo(kept);
        _buffer = kept;
        _end = rest.Length;
    }

    /// <summary>Sends callers to the thread pool: all, or all except the last, which is returned.</summary>
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
