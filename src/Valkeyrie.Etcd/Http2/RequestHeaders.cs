namespace Valkeyrie.Etcd.Http2;

/// <summary>The header fields of a request, without <c>:scheme</c> and <c>:authority</c>, which the connection adds.</summary>
/// <param name="Constant">The fields of every such request, <c>:method</c> and <c>:path</c> first.</param>
/// <param name="Further">The additional fields of this request; null for none.</param>
internal readonly record struct RequestHeaders(HeaderField[] Constant, HeaderField[]? Further = null);
