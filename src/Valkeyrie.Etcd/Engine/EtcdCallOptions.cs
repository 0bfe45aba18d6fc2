namespace Valkeyrie.Etcd.Engine;

/// <summary>How a call of <see cref="IEtcdCalls"/> is made.</summary>
public sealed record EtcdCallOptions
{
    /// <summary>The only endpoint that the call may go to, one of <see cref="IEtcdCalls.Endpoints"/>; null (the default) for any that serves.</summary>
    public string? Endpoint { get; init; }

    /// <summary>How long the call may take as a whole, streams included. Null (the default): <see cref="IEtcdCalls.Timeout"/> for a call of one reply; a stream must
    /// begin within that time, and then runs without a limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>True if the call can be made again when its outcome is not known, since it changes nothing, or making it twice does no harm. The default is
    /// false: the call is sent again only if it provably was not sent.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>Metadata of the request. Names are in lower case; the value of a name that ends in <c>-bin</c> is Base64.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];
}
