namespace Valkeyrie.Etcd.Engine;

/// <summary>Options of a call of <see cref="IEtcdCalls"/>.</summary>
public sealed record EtcdCallOptions
{
    /// <summary>The only endpoint to call, one of <see cref="IEtcdCalls.Endpoints"/>. Default: null, any healthy one.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The longest duration of the whole call, streams included. Default: null, <see cref="IEtcdCalls.Timeout"/> for a call with one reply; a stream
    /// must begin within that time, and then runs without a limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>True if a call with an unknown outcome can be repeated safely. Default: false, the call is retried only if it provably was not sent.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>The metadata of the request. Names are in lower case; the value of a name that ends with <c>-bin</c> is Base64. Default: empty.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];
}
