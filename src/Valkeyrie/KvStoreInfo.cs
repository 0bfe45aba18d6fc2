namespace Valkeyrie;

/// <summary>The identity of a store. Contains no secret.</summary>
/// <param name="Scheme">The scheme of the store's address, such as <c>etcd</c>.</param>
/// <param name="Address">The scheme with the endpoints or the file, in one line, as in error messages.</param>
/// <param name="Endpoints">The endpoints as URLs, or the file.</param>
/// <param name="Namespace">The prefix that the store adds to every key and removes again; empty for none.</param>
/// <param name="UserName">The user; null for none.</param>
/// <param name="Promises">The promises of this kind of store beyond the contract.</param>
public sealed record KvStoreInfo(
    string Scheme, string Address, IReadOnlyList<string> Endpoints, string Namespace, string? UserName, KvPromises Promises)
{
    /// <summary>The address.</summary>
    public override string ToString() => Address;
}

/// <summary>The report of a server about itself.</summary>
/// <param name="Endpoint">The endpoint that answered.</param>
/// <param name="Version">The server's version; empty if the server does not report it to this user (etcd 3.5 reports it only to root).</param>
/// <param name="Revision">The newest revision known to the server; null if the server does not report it to this user.</param>
public sealed record KvServerStatus(string Endpoint, string Version, long? Revision)
{
    /// <summary>A notice for the person who opened the store, in one or two sentences. Default: null, none.</summary>
    public string? Warning { get; init; }
}
