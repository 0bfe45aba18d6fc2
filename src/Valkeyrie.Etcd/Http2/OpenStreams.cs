using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Valkeyrie.Etcd.Http2;

/// <summary>The open streams of a connection; part of <see cref="ConnectionState"/>.</summary>
internal sealed class OpenStreams
{
    private const int LastUsefulId = int.MaxValue - 2;

    private readonly Dictionary<int, OpenStream> _open = [];
    private TaskCompletionSource? _slotFreed;
    private uint _most = uint.MaxValue;
    private int _nextId = 1;

    /// <summary>True when no more streams can be started; open ones continue.</summary>
    public bool IsDraining { get; private set; }

    public bool IsEmpty => _open.Count == 0;

    /// <summary>The time at which the last stream ended, in <see cref="Environment.TickCount64"/>.</summary>
    public long IdleSince { get; private set; } = Environment.TickCount64;

    /// <summary>The numbers of the open streams.</summary>
    public Dictionary<int, OpenStream>.KeyCollection Ids => _open.Keys;

    /// <summary>Returns the task to await before another stream can be started; null if one can be started now.</summary>
    public Task? SlotFreed() => _open.Count < _most
        ? null
        : (_slotFreed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Opens a stream with the next number.</summary>
    public ref OpenStream Add(Http2Connection connection, Http2Stream stream, long sendWindow)
    {
        stream.Begin(connection, _nextId);
        _nextId += 2;
        IsDraining = _nextId >= LastUsefulId;
        ref var open = ref CollectionsMarshal.GetValueRefOrAddDefault(_open, stream.Id, out _);
        open = new OpenStream(stream, sendWindow);
        return ref open;
    }

    /// <summary>Finds a stream. Use it before the next one is opened or ends; see <see cref="IsNone"/>.</summary>
    public ref OpenStream Find(Http2Stream stream) => ref CollectionsMarshal.GetValueRefOrNullRef(_open, stream.Id);

    /// <summary>Finds the stream with a number from the peer; see <see cref="IsNone"/>.</summary>
    /// <exception cref="Http2ProtocolException">No stream ever had this number.</exception>
    public ref OpenStream Find(int id)
    {
        ref var open = ref CollectionsMarshal.GetValueRefOrNullRef(_open, id);
        if (IsNone(ref open) && (id == 0 || id >= _nextId))
        {
            throw new Http2ProtocolException(Http2Error.ProtocolError, "it responds on a stream that was never opened");
        }

        return ref open;
    }

    /// <summary>Checks whether a stream has already ended.</summary>
    public static bool IsNone(ref OpenStream open) => Unsafe.IsNullRef(ref open);

    /// <summary>Removes a stream; false if it has already ended.</summary>
    public bool Remove(int id, out bool isRequestComplete)
    {
        var isOpen = _open.Remove(id, out var open);
        isRequestComplete = open.IsRequestComplete;
        if (isOpen)
        {
            open.End();
            IdleSince = Environment.TickCount64;
            FreeSlot();
        }

        return isOpen;
    }

    /// <summary>Removes the streams above a number, and returns them.</summary>
    public List<Http2Stream> RemoveAbove(uint id)
    {
        List<Http2Stream> removed = [.. _open.Values.Where(s => s.Stream.Id > id).Select(s => s.Stream)];
        removed.ForEach(s => Remove(s.Id, out _));
        return removed;
    }

    /// <summary>Sets the maximum number of streams, and wakes the callers that wait for a free one.</summary>
    public void SetMost(uint most)
    {
        _most = most;
        FreeSlot();
    }

    /// <summary>Prevents the start of further streams.</summary>
    public void Drain()
    {
        IsDraining = true;

        // Waiting for this connection is useless from now on.
        FreeSlot();
    }

    private void FreeSlot()
    {
        _slotFreed?.TrySetResult();
        _slotFreed = null;
    }
}
