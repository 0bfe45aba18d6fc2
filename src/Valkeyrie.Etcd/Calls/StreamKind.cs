namespace Valkeyrie.Etcd.Calls;

/// <summary>The kinds of a stream's request.</summary>
internal enum StreamKind
{
    /// <summary>The request begins with a message and stays open as long as the stream.</summary>
    OpenRequest,

    /// <summary>The request is one message.</summary>
    WholeRequest,

    /// <summary>The messages are written later, so no reply can be awaited before the stream is used.</summary>
    RequestToCome,
}
