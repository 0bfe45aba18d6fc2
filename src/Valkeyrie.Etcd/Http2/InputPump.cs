using System.Buffers;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Etcd.Http2;

/// <summary>Reads a transport, passes on the input, and resumes the callers whose replies have arrived.</summary>
/// <remarks>Before the last of these callers is resumed on this thread, the next read is started, which continues on another thread. So a single call avoids
/// waking a second thread, a large part of its time, and a slow caller does not delay other input. The other callers are resumed on the thread pool.</remarks>
/// <param name="transport">The transport.</param>
/// <param name="onInput">Processes the input and returns the number of consumed bytes; called by one thread at a time.</param>
/// <param name="onEnd">Called with the reason at the end of the input.</param>
internal sealed class InputPump(Stream transport, InputPump.InputHandler onInput, Action<Exception> onEnd)
{
    private const int BufferLength = 128 << 10;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
    private readonly List<Http2Stream> _woken = [];
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _pending;
    private Action? _continue;
    private int _end;

    public delegate int InputHandler(ReadOnlySpan<byte> bytes);

    /// <summary>Starts to read.</summary>
    public void Start()
    {
        _continue = Pump;
        try
        {
            BeginRead();
        }
        catch (Exception e)
        {
            Stop(e);
            return;
        }

        if (_pending.IsCompleted)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.Pump(), this, preferLocal: false);
        }
        else
        {
            _pending.UnsafeOnCompleted(_continue);
        }
    }

    /// <summary>Resumes a stream's caller after the present input was processed. Call it only while input is processed.</summary>
    public void Wake(Http2Stream stream) => _woken.Add(stream);

    private void Pump()
    {
        Http2Stream? last;
        bool goesOn;
        try
        {
            do
            {
                TakeInput(_pending.GetResult());
                BeginRead();
                goesOn = _pending.IsCompleted;
                last = TakeLastWoken(goesOn);
            }
            while (goesOn);
        }
        catch (Exception e)
        {
            TakeLastWoken(goesOn: true);
            Stop(e);
            return;
        }

        _pending.UnsafeOnCompleted(_continue!);
        last?.Resume();
    }

    private void TakeInput(int read)
    {
        if (read == 0)
        {
            throw new Http2ConnectionLostException("The server closed the connection.", notSent: false);
        }

        _end += read;
        var done = onInput(_buffer.AsSpan(0, _end));
        _buffer.AsSpan(done.._end).CopyTo(_buffer);
        _end -= done;
    }

#pragma warning disable CA2012 // consumed once, by the continuation that is set on it
    private void BeginRead() => _pending = transport.ReadAsync(_buffer.AsMemory(_end)).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012

    /// <summary>Sends the woken callers to the thread pool, except the last one if this thread has no other work.</summary>
    private Http2Stream? TakeLastWoken(bool goesOn)
    {
        if (_woken.Count == 0)
        {
            return null;
        }

        var last = goesOn ? null : _woken[^1];
        foreach (var stream in _woken)
        {
            if (stream != last)
            {
                ThreadPool.UnsafeQueueUserWorkItem(stream, preferLocal: false);
            }
        }

        _woken.Clear();
        return last;
    }

    private void Stop(Exception e)
    {
        onEnd(e);
        ArrayPool<byte>.Shared.Return(_buffer);
    }
}
