namespace Valkeyrie.Etcd.Http2;

/// <summary>How a header field may be indexed (RFC 7541, section 6.2).</summary>
internal enum HeaderIndexing
{
    /// <summary>The field enters the peer's table, so that a repetition costs one byte. For recurring values.</summary>
    Table,

    /// <summary>The field is sent literally each time.</summary>
    None,

    /// <summary>Neither side nor a proxy may index the field. For secrets.</summary>
    Never,
}
