using System.Security.Cryptography;
using Valkeyrie.Embedded;
using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Tests.Embedded;

/// <summary>The file of a store in a test's own folder, with direct access to it.</summary>
internal sealed class EmbeddedFile : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.File("store.db");

    public string Folder => _folder.Path;

    public IKvStore Open(EmbeddedOptions? history = null, KvStoreOptions? options = null) => EmbeddedStore.Open(Path, history, options);

    /// <summary>The engine below the store.</summary>
    public EmbeddedEngine OpenEngine(EmbeddedOptions? history = null) =>
        new(EmbeddedAddress.OfFile(Path, history ?? new EmbeddedOptions()), new KvStoreOptions());

    /// <summary>Runs statements on the bare database.</summary>
    public void Execute(params IEnumerable<string> statements)
    {
        using var connection = Connection.Open(Path, Patience.Limit);
        foreach (var statement in statements)
        {
            connection.Execute(statement);
        }
    }

    /// <summary>Gets the result of a statement on the bare database.</summary>
    public long Scalar(string statement)
    {
        using var connection = Connection.Open(Path, Patience.Limit);
        return connection.Scalar(statement);
    }

    /// <summary>Gets the result of SQLite's own check of the file; "ok" if it is valid.</summary>
    public string CheckIntegrity()
    {
        using var connection = Connection.Open(Path, Patience.Limit);
        return connection.Text("PRAGMA integrity_check");
    }

    /// <summary>Gets the names and digests of all files in the folder.</summary>
    public IReadOnlyList<string> Digests() =>
        [.. Directory.GetFiles(Folder).Order(StringComparer.Ordinal).Select(f => $"{System.IO.Path.GetFileName(f)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}")];

    public void Dispose() => _folder.Dispose();
}
