namespace Valkeyrie.Etcd.V2;

/// <summary>A key with a time to live that is renewed in the background, with the timing of a lease.</summary>
internal sealed class RenewedKey(string path, string key, long index, long ttlSeconds, RenewedLease lease)
{
    public string Path { get; } = path;

    public string Key { get; } = key;

    public long TtlSeconds { get; } = ttlSeconds;

    public RenewedLease Lease { get; } = lease;

    /// <summary>The index at which the key was created.</summary>
    public long CreatedIndex { get; } = index;

    /// <summary>The index that the next renewal compares. Each renewal changes it.</summary>
    public long Index { get; set; } = index;

    /// <summary>True after a renewal without an answer, so that the key may have an unknown index.</summary>
    public bool IsUncertain { get; set; }
}
