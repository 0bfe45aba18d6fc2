namespace Valkeyrie.Etcd.V2;

/// <summary>A key with a time to live that is renewed in the background. Its timing is that of a lease.</summary>
internal sealed class RenewedKey(string path, string key, long index, long ttlSeconds, long writtenAt)
{
    public string Path { get; } = path;

    public string Key { get; } = key;

    public long TtlSeconds { get; } = ttlSeconds;

    public RenewedLease Lease { get; } = new(new KvLease(index, TimeSpan.FromSeconds(ttlSeconds)), writtenAt);

    /// <summary>The index at which it was made.</summary>
    public long CreatedIndex { get; } = index;

    /// <summary>The index that the next renewal compares with. Each renewal moves it on.</summary>
    public long Index { get; set; } = index;

    /// <summary>True after a renewal whose answer did not come, so that the key may be at an index not known here.</summary>
    public bool IsUncertain { get; set; }
}
