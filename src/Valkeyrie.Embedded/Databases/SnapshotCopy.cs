using SQLitePCL;
using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Databases;

/// <summary>Copies a database by SQLite's own backup, which sees one state of it while others write, and hands the copy on.</summary>
/// <remarks>SQLite copies to files alone, so the copy is a file first: beside the store, where there is room for a store, and readable by its owner only.</remarks>
internal static class SnapshotCopy
{
    // About 2 MB: so often is looked whether the caller has given up.
    private const int PagesAtOnce = 512;
    private const int BufferBytes = 256 * 1024;

    /// <summary>Writes a snapshot of the database to a stream.</summary>
    public static async Task<KvSnapshot> SaveAsync(Database database, Stream destination, Action<KvSnapshotProgress>? progress, CancellationToken cancellationToken)
    {
        // A first write ends leases whose time is over, and ties the log to the file, which could not be done beside a long read.
        await Upkeep.EndExpiredLeasesAsync(database).WaitAsync(cancellationToken).ConfigureAwait(false);
        var path = Path.Combine(database.FolderForCopies, $"valkeyrie-snapshot-{Guid.NewGuid():n}.tmp");
        try
        {
            // Closed again: on Windows SQLite opens no file that is open to be removed.
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
        // The first read of a transaction decides which state it sees.
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

        // One file that needs no other: no log goes with it, and it is opened without one.
        copy.Execute("PRAGMA journal_mode = MEMORY");
        Schema.ForgetLog(copy);
        return revision;
    }
}
