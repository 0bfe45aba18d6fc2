using Valkeyrie.Embedded.Files;
using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;
using Valkeyrie.Embedded.Writing;

namespace Valkeyrie.Embedded.Databases;

/// <summary>A database in a file, which other processes can also open.</summary>
internal sealed class FileDatabase : Database
{
    private readonly Connection _connection;
    private readonly FileGuard _guard;
    private readonly ReaderPool _readers;
    private readonly WriteQueue _queue;

    private FileDatabase(OpenedFile file, Writer writer, ReaderPool readers, Func<Exception> closedError)
        : base(writer)
    {
        _connection = file.Connection;
        _guard = file.Guard;
        _readers = readers;
        _queue = new WriteQueue(writer, () => Committed(), closedError);
    }

    public override bool IsShared => true;

    public override string FolderForCopies => Path.GetDirectoryName(RealPath.Of(_connection.File))!;

    public static FileDatabase Open(string path, KeyCodec keys, HistoryBounds bounds, TimeSpan timeout, Func<Exception> closedError, Func<long>? wallClock = null)
    {
        var file = StoreFile.Open(path, timeout);
        var connection = file.Connection;
        try
        {
            var clock = StoreClock.Of(connection, wallClock ?? WallClock.Read);

            // The writer waits in its own way.
            connection.WaitWhenBusy(TimeSpan.Zero);
            var writer = new Writer(new PairWriter(new PairReader(connection, keys)), bounds, timeout, clock, file);
            var readers = new ReaderPool(() => new PairReader(StoreFile.OpenAnother(path, timeout, file.Guard), keys), closedError);
            return new FileDatabase(file, writer, readers, closedError);
        }
        catch
        {
            connection.CloseAsItIs();
            throw;
        }
    }

    public override T Read<TState, T>(TState state, Func<PairReader, TState, T> read)
    {
        _guard.CheckNowAndThen();
        try
        {
            return _readers.Read(state, read);
        }
        catch (KvException e) when (e is not KvFileReplacedException && e.Code is not KvErrorCode.StoreClosed)
        {
            // SQLite cannot open or read a removed file, and its error does not say why.
            _guard.Check(written: false);
            throw;
        }
    }

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
        if (_guard.IsInPlace())
        {
            _connection.Dispose();
            return;
        }

        // SQLite would move its log into a removed file, and remove the file now at the log's path, which belongs to another program.
        _connection.CloseAsItIs();
    }
}
