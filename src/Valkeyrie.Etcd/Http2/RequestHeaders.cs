namespace Valkeyrie.Etcd.Http2;

/// <summary>The header fields of a request, without <c>:scheme</c> and <c>:authority</c>, which the connection knows.</summary>
/// <param name="Constant">The fields that every such request has, <c>:method</c> and <c>:path</c> first.</param>
/// <param name="Further">The fields of this one request; null for none.</param>
internal readonly record struct RequestHeaders(HeaderField[] Constant, HeaderField[]? Further = null);
