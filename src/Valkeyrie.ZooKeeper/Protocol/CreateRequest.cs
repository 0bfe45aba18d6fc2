using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Makes a node whose parent exists.</summary>
/// <param name="path">The node; the beginning of its name where the server appends a number.</param>
/// <param name="data">Its data; null for none, which is another thing than an empty one.</param>
/// <param name="mode">Its kind.</param>
/// <param name="access">Who may do what with it.</param>
/// <param name="ttl">The time to live; only of <see cref="CreateMode.Ttl"/>.</param>
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
