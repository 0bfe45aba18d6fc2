namespace Valkeyrie.Etcd.V2;

/// <summary>A request of the keys API.</summary>
/// <param name="Method">GET, PUT, DELETE or HEAD.</param>
/// <param name="Target">The path and query.</param>
/// <param name="Key">The key or path of the request, for errors; null for none.</param>
internal sealed record KeysCall(HttpMethod Method, string Target, string? Key)
{
    /// <summary>The body of a PUT, form-encoded.</summary>
    public byte[] Form { get; init; } = [];

    /// <summary>The name for traces and measurements: the same for all requests of a kind, without a key.</summary>
    public string Operation
    {
        get
        {
            const string keys = "/v2/keys";
            const string wait = "wait=true";
            var (path, query) = Target.Split('?', 2) is [var before, var after] ? (before, after) : (Target, "");
            var kind = path.StartsWith(keys, StringComparison.Ordinal) ? keys : path;
            return query.Split('&').Contains(wait) ? $"{Method} {kind}?wait" : $"{Method} {kind}";
        }
    }

    public bool ReadOnly => Method == HttpMethod.Get || Method == HttpMethod.Head;
}
