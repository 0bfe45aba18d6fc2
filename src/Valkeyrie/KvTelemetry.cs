namespace Valkeyrie;

/// <summary>The names for tracing and measuring the library's calls: spans of an <c>ActivitySource</c> and one instrument of a <c>Meter</c>, by OpenTelemetry's
/// conventions for database clients. Without a listener they cost nothing.</summary>
/// <remarks><para>A span or a measurement covers one call, with all of its attempts. For a stream it ends when the stream is open; for a listing in several
/// parts, when the first part has arrived. The span's name is the operation and the endpoint.</para>
/// <para>Tags of both: <c>db.system.name</c> (<c>etcd</c>, <c>consul</c>, <c>zookeeper</c>; <c>sqlite</c> for the embedded store), <c>db.operation.name</c>
/// (the store's own name of the call, such as <c>Range</c>, <c>PUT /v1/txn</c> or <c>GetData</c>), <c>server.address</c> and <c>server.port</c> of the last
/// endpoint, or <c>db.namespace</c>, the file, for the embedded store. A failed call also has <c>error.type</c>, the error's id (<c>KvUnreachable</c>) or the
/// exception's type, and <c>db.response.status_code</c> if the server sent a status (of gRPC or HTTP). A span has <c>valkeyrie.attempts</c> if there was more
/// than one attempt, and an event <c>valkeyrie.attempt</c> for each failed attempt.</para>
/// <para>No tag, name or event contains a key, a value, a user or the server's text: keys can reveal customers, and their number is unlimited.</para></remarks>
public static class KvTelemetry
{
    /// <summary>The name of the <c>ActivitySource</c>.</summary>
    public const string SourceName = "Valkeyrie";

    /// <summary>The name of the <c>Meter</c>.</summary>
    public const string MeterName = "Valkeyrie";

    /// <summary>The name of the histogram in the meter: the duration of calls, in seconds.</summary>
    public const string DurationName = "db.client.operation.duration";
}
