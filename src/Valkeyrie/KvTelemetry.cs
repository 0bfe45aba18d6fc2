namespace Valkeyrie;

/// <summary>What the library tells of its calls to whoever traces and measures the program: spans of an <c>ActivitySource</c> and one instrument of a
/// <c>Meter</c>, by OpenTelemetry's conventions for database clients. Both cost nothing until somebody listens.</summary>
/// <remarks><para>A span, and a measurement, is one call to a store as its caller sees it, with all of its attempts: of a stream, until it is open; of a listing that
/// comes in parts, until the first part is there. The span's name is the operation and the endpoint.</para>
/// <para>Tags of both: <c>db.system.name</c> (<c>etcd</c>, <c>consul</c>, <c>zookeeper</c>; <c>sqlite</c> for the embedded store), <c>db.operation.name</c> (the
/// store's own name of the call, such as <c>Range</c>, <c>PUT /v1/txn</c> or <c>GetData</c>), <c>server.address</c> and <c>server.port</c> of the endpoint that was
/// asked last, or <c>db.namespace</c>, the file, for the embedded store. Of a call that failed also <c>error.type</c>, the error's id (<c>KvUnreachable</c>) or the
/// exception's type, and <c>db.response.status_code</c> where the server gave one (gRPC's or HTTP's number). A span has <c>valkeyrie.attempts</c> where there was more
/// than one, and an event <c>valkeyrie.attempt</c> for each that failed.</para>
/// <para>No tag, name or event holds a key, a value, a user or a server's words: keys may tell who a customer is, and there are as many as you like of them.</para></remarks>
public static class KvTelemetry
{
    /// <summary>The name of the <c>ActivitySource</c>.</summary>
    public const string SourceName = "Valkeyrie";

    /// <summary>The name of the <c>Meter</c>.</summary>
    public const string MeterName = "Valkeyrie";

    /// <summary>The meter's histogram: how long calls take, in seconds.</summary>
    public const string DurationName = "db.client.operation.duration";
}
