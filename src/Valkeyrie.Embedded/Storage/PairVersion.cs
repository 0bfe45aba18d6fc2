using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>The properties of one version of a key, without its value.</summary>
/// <param name="Position">The position of the write in the history; 0 for none.</param>
/// <param name="CreateRevision">The revision at which the key was created.</param>
/// <param name="Version">The number of writes since the creation, from 1; 0 for a deletion.</param>
/// <param name="LeaseId">The lease; 0 for none.</param>
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

    /// <summary>Reads four consecutive columns in this order.</summary>
    public static PairVersion Read(Statement row, int column) =>
        new(row.Int64(column), row.Int64(column + 1), row.Int64(column + 2), row.Int64(column + 3));
}
