namespace Valkeyrie.Etcd.V2;

/// <summary>One request of the keys API.</summary>
/// <param name="Method">GET, PUT, DELETE or HEAD.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Key">The key or path that it is about, for errors; null for none.</param>
internal sealed record KeysCall(HttpMethod Method, string Target, string? Key)
{
    /// <summary>The body of a PUT, form-encoded.</summary>
    public byte[] Form { get; init; } = [];

    public bool ReadOnly => Method == HttpMethod.Get || Method == HttpMethod.Head;
}
