namespace Valkeyrie;

/// <summary>What a store is and where. Holds no secret.</summary>
/// <param name="Scheme">The scheme it was opened by, such as <c>etcd</c>.</param>
/// <param name="Address">Scheme and endpoints or file as one line, as errors name it.</param>
/// <param name="Endpoints">The endpoints as URLs, or the file.</param>
/// <param name="Namespace">The prefix put before every key and taken off again; empty for none.</param>
/// <param name="UserName">The user; null for none.</param>
/// <param name="Promises">What this kind of store promises beyond the eleven calls.</param>
public sealed record KvStoreInfo(
    string Scheme, string Address, IReadOnlyList<string> Endpoints, string Namespace, string? UserName, KvPromises Promises)
{
    /// <summary>The address.</summary>
    public override string ToString() => Address;
}

/// <summary>What a server says of itself.</summary>
/// <param name="Endpoint">The endpoint that answered.</param>
/// <param name="Version">The server's version; empty if the server answered but does not tell this user, as etcd 3.5 does all but root.</param>
/// <param name="Revision">The store's newest revision that the server knows of; null if it does not tell this user.</param>
public sealed record KvServerStatus(string Endpoint, string Version, long? Revision)
{
    /// <summary>What whoever opened the store should know of it, in a sentence or two; null (the default) for nothing.</summary>
    public string? Warning { get; init; }
}
