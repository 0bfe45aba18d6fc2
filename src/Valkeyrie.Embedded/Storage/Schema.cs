using System.Globalization;
using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>The tables of a store, as a sequence of steps: a new file gets all of them, an older one the missing ones.</summary>
internal static class Schema
{
    /// <summary>Marks a file as a store, in SQLite's header: "Vkrs".</summary>
    public const long ApplicationId = 0x566B7273;

    /// <summary>The maximum size, in bytes, of values in the row of their pair. A search in a tree ordered by key reads every row on its path, so large rows
    /// would slow down all searches; large values are in a separate table.</summary>
    public const int InlineLimit = 256;

    /// <summary>Represents no log: see <see cref="LogOf"/>.</summary>
    public const long NoLog = -1;

    /// <summary>The first version whose files record the log that belongs to them.</summary>
    public const long FirstWithLog = 3;

    private const string LogProperty = "'log'";

    // pairs: the newest version of each key. history: every change that is still kept, with the version that it replaced, so that compaction only cuts off the
    // table's beginning. deleted: the beginning of the history of each key that no longer exists.
    private static readonly string[][] Steps =
    [
        [
            """
            CREATE TABLE pairs(
                key BLOB PRIMARY KEY NOT NULL, position INTEGER NOT NULL, create_revision INTEGER NOT NULL, version INTEGER NOT NULL,
                lease INTEGER NOT NULL, value BLOB) WITHOUT ROWID
            """,
            "CREATE INDEX pairs_by_lease ON pairs(lease) WHERE lease <> 0",
            """
            CREATE TABLE history(
                position INTEGER PRIMARY KEY, written INTEGER NOT NULL,
                key BLOB NOT NULL, create_revision INTEGER NOT NULL, version INTEGER NOT NULL, lease INTEGER NOT NULL, value BLOB,
                old_position INTEGER NOT NULL, old_create_revision INTEGER NOT NULL, old_version INTEGER NOT NULL, old_lease INTEGER NOT NULL, old_value BLOB)
            """,
            "CREATE TABLE deleted(key BLOB PRIMARY KEY NOT NULL, position INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE TABLE large_values(position INTEGER PRIMARY KEY, value BLOB NOT NULL)",
            "CREATE TABLE leases(id INTEGER PRIMARY KEY, seconds INTEGER NOT NULL, deadline INTEGER NOT NULL)",
        ],
        [
            "CREATE INDEX leases_by_deadline ON leases(deadline)",
        ],
        [
            "CREATE TABLE properties(name TEXT PRIMARY KEY NOT NULL, value NOT NULL) WITHOUT ROWID",
        ],
    ];

    private static readonly string[][] Objects = [.. Steps.Select(s => s.Select(WithoutBlanks).ToArray())];

    /// <summary>The version that this code writes, in SQLite's <c>user_version</c>.</summary>
    public static long Newest => Steps.Length;

    /// <summary>Migrates the tables to the newest version in one transaction, if necessary.</summary>
    public static void Migrate(Connection connection)
    {
        if (connection.Scalar("PRAGMA user_version") == Newest)
        {
            return;
        }

        if (connection.Scalar("PRAGMA page_count") == 0)
        {
            // Only an empty file accepts this setting, which allows free pages to be returned to the disk.
            connection.Execute("PRAGMA auto_vacuum = INCREMENTAL");
        }

        connection.Execute("BEGIN EXCLUSIVE");
        try
        {
            // Another process may have migrated the file in the meantime.
            var version = connection.Scalar("PRAGMA user_version");
            CheckVersion(version, connection.File);
            foreach (var statement in Steps.Skip((int)version).SelectMany(s => s))
            {
                connection.Execute(statement);
            }

            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}"));
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Newest}"));
            connection.Execute("COMMIT");
        }
        finally
        {
            connection.RollBack();
        }
    }

    /// <summary>Refuses a file whose tables are not exactly those of its version. Anything else in it, such as a trigger, comes from another program.</summary>
    public static void CheckObjects(Connection connection)
    {
        connection.Execute("BEGIN");
        try
        {
            var version = connection.Scalar("PRAGMA user_version");
            CheckVersion(version, connection.File);
            var missing = Objects.Take((int)version).SelectMany(o => o).ToHashSet(StringComparer.Ordinal);
            using var rows = connection.Prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'");
            while (rows.Step())
            {
                if (!missing.Remove(WithoutBlanks(rows.Text(2))))
                {
                    throw new KvException(KvErrorCode.CorruptStore,
                        $"'{connection.File}' contains an object that does not belong to a store: the {rows.Text(0)} '{rows.Text(1)}'. Restore the file from a snapshot, or remove the object with a "
                        + "tool for SQLite if you know its origin.") { Endpoint = connection.File };
                }
            }

            if (missing.Count > 0)
            {
                throw new KvException(KvErrorCode.CorruptStore,
                    $"'{connection.File}' is damaged: {missing.Count} tables or indexes of a store are missing or have another definition. Restore the file from a snapshot.")
                { Endpoint = connection.File };
            }
        }
        finally
        {
            connection.RollBack();
        }
    }

    /// <summary>Returns the first salt of the log that belongs to the file, as recorded in it; <see cref="NoLog"/> if none was recorded since it was
    /// created.</summary>
    public static long LogOf(Connection connection) => connection.Prepared($"SELECT value FROM properties WHERE name = {LogProperty}").Scalar(NoLog);

    /// <summary>Records the log that belongs to the file.</summary>
    public static void SetLog(Connection connection, long firstSalt) =>
        connection.Prepared($"INSERT OR REPLACE INTO properties(name, value) VALUES({LogProperty}, ?1)").Bind(1, firstSalt).Run();

    /// <summary>Records that no log belongs to the file.</summary>
    public static void ForgetLog(Connection connection) => connection.Execute($"DELETE FROM properties WHERE name = {LogProperty}");

    /// <summary>Returns the difference between the store's clock and the time since a start of the machine, in milliseconds; null if it was recorded for
    /// another start.</summary>
    public static long? ClockOffset(Connection connection, byte[] bootId)
    {
        var clock = connection.Prepared("SELECT value FROM properties WHERE name = 'clock' AND (SELECT value FROM properties WHERE name = 'boot') = ?1").Bind(1, bootId);
        return clock.Scalar(long.MinValue) is not long.MinValue and var offset ? offset : null;
    }

    /// <summary>Records the difference of <see cref="ClockOffset"/>.</summary>
    public static void SetClock(Connection connection, byte[] bootId, long offset)
    {
        connection.Prepared("INSERT OR REPLACE INTO properties(name, value) VALUES('boot', ?1)").Bind(1, bootId).Run();
        connection.Prepared("INSERT OR REPLACE INTO properties(name, value) VALUES('clock', ?1)").Bind(1, offset).Run();
    }

    /// <summary>The only page to which <see cref="SetLog"/> and <see cref="SetClock"/> write.</summary>
    public static long LogPage(Connection connection) => connection.Scalar("SELECT rootpage FROM sqlite_schema WHERE name = 'properties'");

    /// <summary>Refuses a file written by a newer version of this software.</summary>
    public static void CheckVersion(long version, string file)
    {
        if (version < 0 || version > Newest)
        {
            throw new KvException(
                KvErrorCode.CorruptStore,
                $"'{file}' was written by a newer version of Valkeyrie (its schema is {version}; this version supports up to {Newest}). Update the module to open it.") { Endpoint = file };
        }
    }

    private static string WithoutBlanks(string sql) => string.Concat(sql.Where(c => !char.IsWhiteSpace(c)));
}
