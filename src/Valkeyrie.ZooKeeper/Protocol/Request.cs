using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>A request.</summary>
/// <param name="op">Its kind.</param>
/// <param name="path">The node that it is about.</param>
internal abstract class Request(OpCode op, string path)
{
    /// <summary>The version that any node has, for requests that are made at a version.</summary>
    public const int AnyVersion = -1;

    public OpCode Op { get; } = op;

    public string Path { get; } = path;

    /// <summary>True if it changes nothing, or nothing that making it twice would change, so that it may be sent again.</summary>
    public virtual bool IsRepeatable => false;

    /// <summary>True for a read that must see all that was written before it was made. A server answers reads from what it knows; a sync before
    /// them lets it know what the leader knows.</summary>
    public virtual bool NeedsSync => false;

    /// <summary>Writes what follows the header.</summary>
    public abstract void Write(JuteWriter writer);
}

/// <summary>A request and how its answer is read.</summary>
/// <typeparam name="TReply">The answer.</typeparam>
internal abstract class Request<TReply>(OpCode op, string path) : Request(op, path)
{
    /// <summary>Reads what follows the header of a reply without an error.</summary>
    public abstract TReply Read(ref JuteReader reader);
}
