using SQLitePCL;
using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Files;

/// <summary>Opens the file of a store, and creates it if it does not exist.</summary>
internal static class StoreFile
{
    // Two threads of one process must not create the same file concurrently.
    private static readonly object Opening = new();

    /// <summary>Opens the first connection to a file, and reports any problem of the file.</summary>
    public static OpenedFile Open(string path, TimeSpan timeout)
    {
        lock (Opening)
        {
            Create(path);
            Inspection.Check(path, timeout);
            var before = FileGuard.Before(path);
            var connection = OpenWritable(path, timeout);
            try
            {
                if (connection.Scalar("PRAGMA page_count") > 0)
                {
                    CheckApplication(connection);
                    Schema.CheckObjects(connection);
                }

                Schema.Migrate(connection);
                UseLog(connection);
                Configure(connection);
                OpenLog(connection);
                return new OpenedFile(connection, FileGuard.Begin(path, before), new LogTie(connection, path, timeout));
            }
            catch
            {
                connection.CloseAsItIs();
                throw;
            }
        }
    }

    /// <summary>Opens another connection.</summary>
    /// <exception cref="KvFileReplacedException">The path leads to another file than that of the first connection.</exception>
    public static Connection OpenAnother(string path, TimeSpan timeout, FileGuard guard)
    {
        var connection = OpenWritable(path, timeout);
        try
        {
            Configure(connection);
            guard.Check(written: false);
            return connection;
        }
        catch
        {
            connection.CloseAsItIs();
            throw;
        }
    }

    /// <summary>Applies the settings of a connection.</summary>
    public static void Configure(Connection connection)
    {
        // FULL: a commit ends when the log is on the disk, so a power failure loses no acknowledged write.
        connection.Execute("PRAGMA synchronous = FULL");

        // On macOS a sync alone leaves the data in the disk's cache. On other systems this has no effect.
        connection.Execute("PRAGMA fullfsync = ON");
        connection.Execute("PRAGMA temp_store = MEMORY");
        connection.Execute("PRAGMA cache_size = -8000");

        // A frequently written page moves from the log to the file once in 16 MiB of log, not once in four.
        connection.Execute("PRAGMA wal_autocheckpoint = 4000");

        // A large transaction leaves a large log; after its use it shrinks to this size.
        connection.Execute("PRAGMA journal_size_limit = 16777216");
    }

    private static void Create(string path)
    {
        if (OperatingSystem.IsWindows() && NetworkShare.IsUnc(path))
        {
            // Before any access to the server, which may be unreachable and block.
            throw OnShare(path);
        }

        if (Directory.Exists(path))
        {
            throw new KvInvalidArgumentException($"'{path}' is a folder. Specify a file in it.") { Endpoint = path };
        }

        DefaultFile.EnsureFolder(path);
        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new KvInvalidArgumentException($"The folder of '{path}' does not exist. Create it first.") { Endpoint = path };
        }

        if (NetworkShare.Holds(Path.GetDirectoryName(RealPath.Of(path))!))
        {
            throw OnShare(path);
        }

        if (File.Exists(path))
        {
            return;
        }

        Inspection.CheckNoLog(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows())
        {
            // SQLite creates the files next to it (-wal, -shm) with the same mode.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            new FileStream(path, options).Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process created the file first.
        }
        catch (UnauthorizedAccessException)
        {
            throw new KvPermissionDeniedException($"'{path}' cannot be created: you do not have the permission to write to its folder.") { Endpoint = path };
        }
        catch (IOException e)
        {
            throw new KvPermissionDeniedException($"'{path}' cannot be created: {e.Message}") { Endpoint = path };
        }
    }

    private static KvInvalidArgumentException OnShare(string path) => new(
        $"'{path}' is on a network share. A store in a file serves the processes of one machine, and two machines would damage it. Specify a file on a local disk; "
        + "for several machines, connect to a server.") { Endpoint = path };

    private static Connection OpenWritable(string path, TimeSpan timeout)
    {
        var connection = Connection.Open(path, timeout);
        if (raw.sqlite3_db_readonly(connection.Handle, "main") != 1)
        {
            return connection;
        }

        connection.CloseAsItIs();
        throw new KvPermissionDeniedException($"'{path}' can be read but not written. The file and its folder must be writable by the user{(OperatingSystem.IsWindows() ? ", and no other program may lock it" : "")}.") { Endpoint = path };
    }

    private static void CheckApplication(Connection connection)
    {
        if (connection.Scalar("PRAGMA application_id") != Schema.ApplicationId)
        {
            throw Inspection.Foreign(connection.File);
        }
    }

    // SQLite opens the log and the shared memory at the first read.
    private static void OpenLog(Connection connection) => connection.Scalar("SELECT count(*) FROM sqlite_schema");

    private static void UseLog(Connection connection)
    {
        if (!string.Equals(connection.Text("PRAGMA journal_mode = WAL"), "wal", StringComparison.OrdinalIgnoreCase))
        {
            throw new KvInvalidArgumentException(
                $"'{connection.File}' is in a place where processes cannot share memory, such as a network drive. Put the store on a local disk.") { Endpoint = connection.File };
        }
    }
}
