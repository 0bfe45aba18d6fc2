using SQLitePCL;
using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Databases;

/// <summary>Copies a database with SQLite's backup, which sees one state despite concurrent writes, and sends the copy to a stream.</summary>
/// <remarks>SQLite copies only to files. The copy is first a file next to the store, where there is room for it, readable only by its owner.</remarks>
internal static class SnapshotCopy
{
    // About 2 MB: the interval at which cancellation is checked.
    private const int PagesAtOnce = 512;
    private const int BufferBytes = 256 * 1024;

    /// <summary>Writes a snapshot of the database to a stream.</summary>
    public static async Task<KvSnapshot> SaveAsync(Database database, Stream destination, Action<KvSnapshotProgress>? progress, CancellationToken cancellationToken)
    {
        // A first write ends expired leases and ties the log to the file, which is not possible during a long read.
        await Upkeep.EndExpiredLeasesAsync(database).WaitAsync(cancellationToken).ConfigureAwait(false);
        var path = Path.Combine(database.FolderForCopies, $"valkeyrie-snapshot-{Guid.NewGuid():n}.tmp");
        try
        {
            // Closed again, because SQLite on Windows cannot open a file that is open for deletion.
            OwnerOnly.Create(path).Dispose();
            var revision = database.Read(
                (path, progress, cancellationToken),
                static (reader, state) => reader.InOneState(state, static (r, s) => Copy(r, s.path, s.progress, s.cancellationToken)));
            return new KvSnapshot(revision, await HandOnAsync(path, destination, progress, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<long> HandOnAsync(string path, Stream destination, Action<KvSnapshotProgress>? progress, CancellationToken cancellationToken)
    {
        var copy = new FileStream(path, new FileStreamOptions { Share = FileShare.Read | FileShare.Delete, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous });
        await using var _ = copy.ConfigureAwait(false);
        var (written, total) = (0L, copy.Length);
        var buffer = new byte[BufferBytes];
        while (await copy.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            written += count;
            progress?.Invoke(new KvSnapshotProgress(written, total));
        }

        return written;
    }

    private static long Copy(PairReader reader, string path, Action<KvSnapshotProgress>? progress, CancellationToken cancellationToken)
    {
        // The first read of a transaction determines the state that it sees.
        var revision = reader.NewestRevision();
        using var copy = Connection.Open(path, TimeSpan.Zero);
        copy.Execute("PRAGMA locking_mode = EXCLUSIVE");
        copy.Execute("PRAGMA synchronous = OFF");
        using (var backup = raw.sqlite3_backup_init(copy.Handle, "main", reader.Connection.Handle, "main"))
        {
            int result;
            while ((result = raw.sqlite3_backup_step(backup, PagesAtOnce)) == raw.SQLITE_OK)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Invoke(default);
            }

            if (result != raw.SQLITE_DONE)
            {
                throw SqliteErrors.From(copy, result);
            }
        }

        // A single file without a log, so that it can be opened alone.
        copy.Execute("PRAGMA journal_mode = MEMORY");
        Schema.ForgetLog(copy);
        return revision;
    }
}
