namespace Valkeyrie.Etcd.Http2;

/// <summary>What may remember a header field (RFC 7541, section 6.2).</summary>
internal enum HeaderIndexing
{
    /// <summary>The field enters the peer's table, so that a repetition costs one byte. For values that recur.</summary>
    Table,

    /// <summary>The field is sent as it is each time.</summary>
    None,

    /// <summary>Neither side nor a proxy between them may index the field. For secrets.</summary>
    Never,
}
