using Valkeyrie.Engine.Telemetry;

namespace Valkeyrie.Engine.Http;

/// <summary>What a protocol over HTTP adds to requests, and what its refusals mean.</summary>
public abstract class HttpProtocol
{
    /// <summary>What errors call it: <c>Consul's HTTP API</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What traces and measurements call the kind of store.</summary>
    public abstract StoreSystem System { get; }

    /// <summary>What traces and measurements call a request: one name for all requests of its kind, without a key or an id.</summary>
    /// <param name="request">The request.</param>
    public abstract string OperationOf(HttpCall request);

    /// <summary>Adds what every request carries, such as a token.</summary>
    /// <param name="request">The request.</param>
    public abstract void Prepare(HttpRequestMessage request);

    /// <summary>What a failure of the protocol's own means; null for one of the transport.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="failed">The call that failed.</param>
    public abstract CallFailure? FailureOf(Exception e, in FailedCall failed);
}
