using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>What is known of one version of a key beside its value.</summary>
/// <param name="Position">Where in history it was written; 0 for none.</param>
/// <param name="CreateRevision">The revision at which the key was created.</param>
/// <param name="Version">How often it was written since, from 1; 0 for a deletion.</param>
/// <param name="LeaseId">Its lease; 0 for none.</param>
internal readonly record struct PairVersion(long Position, long CreateRevision, long Version, long LeaseId)
{
    public bool Exists => Version > 0;

    public long Revision => Storage.Position.RevisionOf(Position);

    public KvPair ToPair(string key, byte[]? value) => new(value ?? [])
    {
        Key = key,
        KeyOnly = value is null,
        Revision = Revision,
        CreateRevision = CreateRevision,
        Version = Version,
        LeaseId = LeaseId,
    };

    /// <summary>Reads four columns that lie side by side in this order.</summary>
    public static PairVersion Read(Statement row, int column) =>
        new(row.Int64(column), row.Int64(column + 1), row.Int64(column + 2), row.Int64(column + 3));
}
