namespace Valkeyrie.Etcd.Calls;

/// <summary>What is known of a stream's request when it is opened.</summary>
internal enum StreamKind
{
    /// <summary>It begins with a message, and stays open as long as the stream does.</summary>
    OpenRequest,

    /// <summary>It is one message.</summary>
    WholeRequest,

    /// <summary>Its messages are written later, so that no reply can be waited for before the stream is used.</summary>
    RequestToCome,
}
