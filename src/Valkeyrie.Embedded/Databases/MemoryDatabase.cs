using Valkeyrie.Embedded.Storage;
using Valkeyrie.Embedded.Writing;

namespace Valkeyrie.Embedded.Databases;

/// <summary>A database in memory, which ends with the process. Callers use its single connection one after another, on their own threads.</summary>
internal sealed class MemoryDatabase : Database
{
    private readonly SharedMemory _memory;
    private readonly PairReader _reader;
    private readonly Func<Exception> _closedError;
    private bool _closed;

    public MemoryDatabase(SharedMemory memory, KeyCodec keys, HistoryBounds bounds, TimeSpan timeout, Func<Exception> closedError)
        : this(memory, new PairReader(memory.Connection, keys), bounds, timeout, closedError)
    {
    }

    private MemoryDatabase(SharedMemory memory, PairReader reader, HistoryBounds bounds, TimeSpan timeout, Func<Exception> closedError)
        : base(new Writer(new PairWriter(reader), bounds, timeout, memory.Clock))
    {
        _memory = memory;
        _reader = reader;
        _closedError = closedError;
        memory.Join(this);
    }

    public override bool IsShared => false;

    public override string FolderForCopies => Path.GetTempPath();

    public override T Read<TState, T>(TState state, Func<PairReader, TState, T> read)
    {
        lock (_memory.Gate)
        {
            ThrowIfClosed();
            return read(_reader, state);
        }
    }

    public override Task<T> WriteAsync<TState, T>(TState state, Func<PairWriter, TState, T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new WriteRequest<TState, T>(state, work);
        lock (_memory.Gate)
        {
            ThrowIfClosed();
            Writer.Commit([request], _memory.TellCommitted);
        }

        return request.Done;
    }

    public override void Dispose()
    {
        lock (_memory.Gate)
        {
            _closed = true;
            _memory.Leave(this);
        }
    }

    private void ThrowIfClosed()
    {
        if (_closed)
        {
            throw _closedError();
        }
    }
}
