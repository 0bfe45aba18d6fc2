using Valkeyrie.Engine.Telemetry;

namespace Valkeyrie.Engine.Http;

/// <summary>The specifics of a protocol over HTTP: its headers, names and errors.</summary>
public abstract class HttpProtocol
{
    /// <summary>The name of the protocol in messages, such as <c>Consul's HTTP API</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The kind of store, for traces and measurements.</summary>
    public abstract StoreSystem System { get; }

    /// <summary>Returns the name of a request for traces and measurements: the same for all requests of a kind, without a key or an id.</summary>
    /// <param name="request">The request.</param>
    public abstract string OperationOf(HttpCall request);

    /// <summary>Adds the headers that every request has, such as a token.</summary>
    /// <param name="request">The request.</param>
    public abstract void Prepare(HttpRequestMessage request);

    /// <summary>Classifies a failure of the protocol; null for a failure of the transport.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="failed">The call that failed.</param>
    public abstract CallFailure? FailureOf(Exception e, in FailedCall failed);
}
