using System.Buffers.Binary;

namespace Valkeyrie.Etcd.Http2;

/// <summary>One entry of a SETTINGS frame (RFC 9113, section 6.5.1).</summary>
internal readonly record struct SettingEntry(Setting Setting, uint Value)
{
    public const int Size = sizeof(ushort) + sizeof(uint);

    public static SettingEntry Read(ReadOnlySpan<byte> bytes) =>
        new((Setting)BinaryPrimitives.ReadUInt16BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[sizeof(ushort)..]));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)Setting);
        BinaryPrimitives.WriteUInt32BigEndian(destination[sizeof(ushort)..], Value);
    }
}
