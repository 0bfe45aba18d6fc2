using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Tests.Embedded;

/// <summary>Files of older versions are migrated when they are opened.</summary>
public sealed class MigrationTests : IDisposable
{
    // The original version 1, in text that later changes of the code do not affect.
    private static readonly string[] FirstVersion =
    [
        "CREATE TABLE pairs(key BLOB PRIMARY KEY NOT NULL, position INTEGER NOT NULL, create_revision INTEGER NOT NULL, version INTEGER NOT NULL, lease INTEGER NOT NULL, value BLOB) WITHOUT ROWID",
        "CREATE INDEX pairs_by_lease ON pairs(lease) WHERE lease <> 0",
        "CREATE TABLE history(position INTEGER PRIMARY KEY, written INTEGER NOT NULL, key BLOB NOT NULL, create_revision INTEGER NOT NULL, version INTEGER NOT NULL, lease INTEGER NOT NULL, value BLOB, old_position INTEGER NOT NULL, old_create_revision INTEGER NOT NULL, old_version INTEGER NOT NULL, old_lease INTEGER NOT NULL, old_value BLOB)",
        "CREATE TABLE deleted(key BLOB PRIMARY KEY NOT NULL, position INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE large_values(position INTEGER PRIMARY KEY, value BLOB NOT NULL)",
        "CREATE TABLE leases(id INTEGER PRIMARY KEY, seconds INTEGER NOT NULL, deadline INTEGER NOT NULL)",
        "INSERT INTO pairs VALUES(CAST('a' AS BLOB), 2 << 24, 2, 1, 0, CAST('kept' AS BLOB))",
        "INSERT INTO history VALUES(2 << 24, 0, CAST('a' AS BLOB), 2, 1, 0, CAST('kept' AS BLOB), 0, 0, 0, 0, NULL)",
        "PRAGMA application_id = 1449882227",
        "PRAGMA user_version = 1",
    ];

    private readonly EmbeddedFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData("DELETE")]
    [InlineData("WAL")]
    public async Task An_older_file_is_migrated_with_all_that_it_holds(string journalMode)
    {
        File.WriteAllBytes(_file.Path, []);
        _file.Execute(FirstVersion.Prepend($"PRAGMA journal_mode = {journalMode}"));
        await using (var store = _file.Open())
        {
            var pair = await store.GetAsync("a");
            Assert.Equal(("kept", 2, 2, 1), (pair.Value, pair.Revision, pair.CreateRevision, pair.Version));
            Assert.Equal(3, (await store.PutAsync("a", "new")).Revision);
        }

        Assert.Equal(Schema.Newest, _file.Scalar("PRAGMA user_version"));
        Assert.Equal(1, _file.Scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'leases_by_deadline'"));
        Assert.Equal("ok", _file.CheckIntegrity());
    }

    [Fact]
    public async Task A_migration_leaves_the_tables_of_a_new_file()
    {
        using var fresh = new EmbeddedFile();
        await using (var store = fresh.Open())
        {
            await store.PingAsync();
        }

        File.WriteAllBytes(_file.Path, []);
        _file.Execute(FirstVersion);
        await using (var store = _file.Open())
        {
            await store.PingAsync();
        }

        const string Names = "SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema ORDER BY name)";
        Assert.Equal(Text(fresh, Names), Text(_file, Names));
    }

    private static string Text(EmbeddedFile file, string statement)
    {
        using var connection = Connection.Open(file.Path, Patience.Limit);
        return connection.Text(statement);
    }
}
