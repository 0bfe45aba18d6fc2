namespace Valkeyrie.Etcd.Engine;

/// <summary>Calls any method of an etcd server, over the connections of an open store, for features outside of the contract, such as the administration of a
/// cluster. Get it from an etcd store with <see cref="IKvStore.GetCapability"/>.</summary>
/// <remarks>The calls share the store's endpoints, TLS settings and sign-in, and end when the store is closed. Messages are the encoded bytes of protocol
/// buffers. Keys in them are the server's: the store's namespace is not added to them.</remarks>
public interface IEtcdCalls
{
    /// <summary>The endpoints of the store, in the specified order: <c>http://host:port</c>.</summary>
    IReadOnlyList<string> Endpoints { get; }

    /// <summary>The timeout of calls without their own.</summary>
    TimeSpan Timeout { get; }

    /// <summary>Makes a call with one request and one reply. It is retried if that is safe, and a refused token is renewed.</summary>
    /// <param name="method">The method: <c>/package.Service/Method</c>.</param>
    /// <param name="request">The request.</param>
    /// <param name="options">Endpoint, time and metadata; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EtcdCallException">The call failed.</exception>
    /// <exception cref="KvInvalidArgumentException">The method, the endpoint or the metadata is not valid. Nothing was sent.</exception>
    ValueTask<EtcdReply> CallAsync(
        string method, ReadOnlyMemory<byte> request, EtcdCallOptions? options = null, CancellationToken cancellationToken = default);

#pragma warning disable RS0026 // a request as the second parameter distinguishes the two, regardless of later parameters
    /// <summary>Opens a stream with one request and any number of replies. Returns when the first reply, or the end, has arrived.</summary>
    /// <param name="method">The method: <c>/package.Service/Method</c>.</param>
    /// <param name="request">The request.</param>
    /// <param name="options">Endpoint, time and metadata; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call, also after this method has returned.</param>
    /// <exception cref="EtcdCallException">The call failed.</exception>
    /// <exception cref="KvInvalidArgumentException">The method, the endpoint or the metadata is not valid. Nothing was sent.</exception>
    ValueTask<EtcdOpenCall> OpenAsync(
        string method, ReadOnlyMemory<byte> request, EtcdCallOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Opens a stream whose requests are written one after another. Returns as soon as a connection has accepted the call.</summary>
    /// <param name="method">The method: <c>/package.Service/Method</c>.</param>
    /// <param name="options">Endpoint, time and metadata; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call, also after this method has returned.</param>
    /// <exception cref="EtcdCallException">The call failed.</exception>
    /// <exception cref="KvInvalidArgumentException">The method, the endpoint or the metadata is not valid. Nothing was sent.</exception>
    ValueTask<EtcdOpenCall> OpenAsync(string method, EtcdCallOptions? options = null, CancellationToken cancellationToken = default);
#pragma warning restore RS0026
}
