using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Creates a node whose parent exists.</summary>
/// <param name="path">The node; the beginning of its name if the server appends a number.</param>
/// <param name="data">The data; null for none, which differs from empty data.</param>
/// <param name="mode">The kind of node.</param>
/// <param name="access">The access list.</param>
/// <param name="ttl">The time to live; only for <see cref="CreateMode.Ttl"/>.</param>
internal sealed class CreateRequest(string path, ReadOnlyMemory<byte>? data, CreateMode mode, IReadOnlyList<AccessEntry> access, TimeSpan ttl = default)
    : Request<CreatedNode>(OpOf(mode), path)
{
    public override void Write(JuteWriter writer)
    {
        writer.WriteString(Path);
        if (data is { } bytes)
        {
            writer.WriteBuffer(bytes.Span);
        }
        else
        {
            writer.WriteNullBuffer();
        }

        AccessEntry.Write(writer, access);
        writer.WriteInt((int)mode);
        if (mode == CreateMode.Ttl)
        {
            writer.WriteLong((long)ttl.TotalMilliseconds);
        }
    }

    public override CreatedNode Read(ref JuteReader reader) => CreatedNode.Read(ref reader);

    private static OpCode OpOf(CreateMode mode) => mode switch
    {
        CreateMode.Container => OpCode.CreateContainer,
        CreateMode.Ttl => OpCode.CreateTtl,
        _ => OpCode.Create2,
    };
}
