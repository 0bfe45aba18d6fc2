using Microsoft.Data.Sqlite;

namespace Valkeyrie.Bench.Embedded;

/// <summary>The usual solution without a store: a table of keys and values, prepared commands, and the same settings as the store.</summary>
internal sealed class BareSqlite : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _get;
    private readonly SqliteCommand _list;

    public BareSqlite(string file)
    {
        _connection = new SqliteConnection($"Data Source={file};Pooling=False");
        _connection.Open();
        string[] settings =
        [
            "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA fullfsync = ON", "PRAGMA temp_store = MEMORY", "PRAGMA cache_size = -8000",
            "PRAGMA wal_autocheckpoint = 4000", "PRAGMA journal_size_limit = 16777216", "CREATE TABLE IF NOT EXISTS pairs(key TEXT PRIMARY KEY NOT NULL, value BLOB) WITHOUT ROWID",
        ];
        foreach (var setting in settings)
        {
            using var command = Command(setting);
            command.ExecuteNonQuery();
        }

        _put = Command("INSERT OR REPLACE INTO pairs(key, value) VALUES($key, $value)", "$key", "$value");
        _get = Command("SELECT value FROM pairs WHERE key = $key", "$key");
        _list = Command("SELECT key, value FROM pairs WHERE key >= $start AND key < $end ORDER BY key", "$start", "$end");
    }

    /// <summary>Writes a pair in a separate transaction.</summary>
    public void Put(string key, byte[] value)
    {
        _put.Parameters[0].Value = key;
        _put.Parameters[1].Value = value;
        _put.ExecuteNonQuery();
    }

    /// <summary>Writes many pairs in one transaction.</summary>
    public void Fill(IEnumerable<string> keys, byte[] value)
    {
        using var transaction = _connection.BeginTransaction();
        _put.Transaction = transaction;
        foreach (var key in keys)
        {
            Put(key, value);
        }

        transaction.Commit();
        _put.Transaction = null;
    }

    public byte[]? Get(string key)
    {
        _get.Parameters[0].Value = key;
        using var reader = _get.ExecuteReader();
        return reader.Read() ? reader.GetFieldValue<byte[]>(0) : null;
    }

    public long List(string directory)
    {
        _list.Parameters[0].Value = directory + "/";
        _list.Parameters[1].Value = directory + "0";
        using var reader = _list.ExecuteReader();
        var count = 0L;
        while (reader.Read())
        {
            var pair = (reader.GetString(0), reader.GetFieldValue<byte[]>(1));
            count += pair.Item1.Length > 0 ? 1 : 0;
        }

        return count;
    }

    public void Dispose()
    {
        _put.Dispose();
        _get.Dispose();
        _list.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Command(string text, params string[] parameters)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // the texts are the constants above
        command.CommandText = text;
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        }

        return command;
    }
}
