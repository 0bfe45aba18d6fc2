namespace Valkeyrie.Embedded;

/// <summary>An open database: how to read it and how to write it.</summary>
internal abstract class Database : IDisposable
{
    private protected Database(Writer writer) => Writer = writer;

    /// <summary>Called after each commit of this process, on the thread that made it.</summary>
    public Action Committed { get; set; } = static () => { };

    /// <summary>True if other processes may write, too.</summary>
    public abstract bool IsShared { get; }

    private protected Writer Writer { get; }

    /// <summary>When the next lease ends, as far as is known; see <see cref="Writer.NextDeadline"/>.</summary>
    public long NextDeadline => Writer.NextDeadline;

    /// <summary>Looks when the next lease ends.</summary>
    public void LookForDeadline() => Read(Writer, static (reader, writer) =>
    {
        writer.LookForDeadline(reader);
        return true;
    });

    /// <inheritdoc cref="Writer.PutOffDeadline"/>
    public void PutOffDeadline(TimeSpan pause) => Writer.PutOffDeadline(pause);

    /// <summary>Reads on the caller's thread.</summary>
    public abstract T Read<TState, T>(TState state, Func<PairReader, TState, T> read);

    /// <summary>Writes; the task ends when what was written is as durable as the store makes it.</summary>
    public abstract Task<T> WriteAsync<TState, T>(TState state, Func<PairWriter, TState, T> work, CancellationToken cancellationToken);

    public abstract void Dispose();
}

/// <summary>A file, which other processes may have open as well.</summary>
internal sealed class FileDatabase : Database
{
    private readonly Connection _connection;
    private readonly ReaderPool _readers;
    private readonly WriteQueue _queue;

    private FileDatabase(Connection connection, Writer writer, ReaderPool readers, Func<Exception> closedError)
        : base(writer)
    {
        _connection = connection;
        _readers = readers;
        _queue = new WriteQueue(writer, () => Committed(), closedError);
    }

    public override bool IsShared => true;

    public static FileDatabase Open(string path, KeyCodec keys, EmbeddedOptions options, TimeSpan timeout, Func<Exception> closedError)
    {
        var connection = StoreFile.Open(path, timeout);
        try
        {
            // The writer has its own way to wait.
            connection.WaitWhenBusy(TimeSpan.Zero);
            var writer = new Writer(new PairWriter(new PairReader(connection, keys)), options, timeout);
            var readers = new ReaderPool(() => new PairReader(StoreFile.OpenAnother(path, timeout), keys), closedError);
            return new FileDatabase(connection, writer, readers, closedError);
        }
        catch
        {
            connection.CloseAsItIs();
            throw;
        }
    }

    public override T Read<TState, T>(TState state, Func<PairReader, TState, T> read) => _readers.Read(state, read);

    public override Task<T> WriteAsync<TState, T>(TState state, Func<PairWriter, TState, T> work, CancellationToken cancellationToken)
    {
        var request = new WriteRequest<TState, T>(state, work);
        if (cancellationToken.CanBeCanceled)
        {
            request.CancelWith(cancellationToken);
        }

        _queue.Add(request);
        return request.Done;
    }

    public override void Dispose()
    {
        _queue.Dispose();
        _readers.Dispose();
        _connection.Dispose();
    }
}

/// <summary>A database in memory, which goes with the process. Its one connection is used in turn, on the callers' own threads.</summary>
internal sealed class MemoryDatabase : Database
{
    private readonly SharedMemory _memory;
    private readonly PairReader _reader;
    private readonly Func<Exception> _closedError;
    private bool _closed;

    public MemoryDatabase(SharedMemory memory, KeyCodec keys, EmbeddedOptions options, TimeSpan timeout, Func<Exception> closedError)
        : this(memory, new PairReader(memory.Connection, keys), options, timeout, closedError)
    {
    }

    private MemoryDatabase(SharedMemory memory, PairReader reader, EmbeddedOptions options, TimeSpan timeout, Func<Exception> closedError)
        : base(new Writer(new PairWriter(reader), options, timeout))
    {
        _memory = memory;
        _reader = reader;
        _closedError = closedError;
        memory.Join(this);
    }

    public override bool IsShared => false;

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
