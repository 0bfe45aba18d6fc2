using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>A request to a server.</summary>
/// <param name="op">The kind of request.</param>
/// <param name="path">The node.</param>
internal abstract class Request(OpCode op, string path)
{
    /// <summary>Matches any version, for requests that check one.</summary>
    public const int AnyVersion = -1;

    public OpCode Op { get; } = op;

    public string Path { get; } = path;

    /// <summary>True if the request can be repeated safely.</summary>
    public virtual bool IsRepeatable => false;

    /// <summary>True for a read that must see every earlier write. A server answers reads from its own state; a preceding sync updates it to the leader's
    /// state.</summary>
    public virtual bool NeedsSync => false;

    /// <summary>Writes the content after the header.</summary>
    public abstract void Write(JuteWriter writer);
}

/// <summary>A request with a typed answer.</summary>
/// <typeparam name="TReply">The type of the answer.</typeparam>
internal abstract class Request<TReply>(OpCode op, string path) : Request(op, path)
{
    /// <summary>Reads the content after the header of a successful reply.</summary>
    public abstract TReply Read(ref JuteReader reader);
}
