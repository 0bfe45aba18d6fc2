using System.Security.Cryptography;
using Valkeyrie.Embedded;
using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Tests.Embedded;

/// <summary>The file of a store in a folder of a test's own, and ways to look at it from below.</summary>
internal sealed class EmbeddedFile : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.File("store.db");

    public string Folder => _folder.Path;

    public IKvStore Open(EmbeddedOptions? history = null, KvStoreOptions? options = null) => EmbeddedStore.Open(Path, history, options);

    /// <summary>The store as the engine that it stands on.</summary>
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

    /// <summary>What a statement gives on the bare database.</summary>
    public long Scalar(string statement)
    {
        using var connection = Connection.Open(Path, Patience.Limit);
        return connection.Scalar(statement);
    }

    /// <summary>What SQLite itself says of the whole file; "ok" if all is well.</summary>
    public string CheckIntegrity()
    {
        using var connection = Connection.Open(Path, Patience.Limit);
        return connection.Text("PRAGMA integrity_check");
    }

    /// <summary>The names and digests of all files in the folder.</summary>
    public IReadOnlyList<string> Digests() =>
        [.. Directory.GetFiles(Folder).Order(StringComparer.Ordinal).Select(f => $"{System.IO.Path.GetFileName(f)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}")];

    public void Dispose() => _folder.Dispose();
}
