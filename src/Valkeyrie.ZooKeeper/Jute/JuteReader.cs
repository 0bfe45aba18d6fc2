using System.Buffers.Binary;
using System.Text;

namespace Valkeyrie.ZooKeeper.Jute;

/// <summary>Reads the fields of a jute record. Never reads beyond its bytes, and never allocates more than they can contain.</summary>
/// <param name="bytes">The record.</param>
internal ref struct JuteReader(ReadOnlySpan<byte> bytes)
{
    private const int Null = -1;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The number of unread bytes.</summary>
    public readonly int Remaining => _rest.Length;

    public int ReadInt() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    public long ReadLong() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    public bool ReadBool() => Take(1)[0] switch
    {
        0 => false,
        1 => true,
        var other => throw new JuteException($"A boolean has the value {other}."),
    };

    /// <summary>Reads a buffer; null for a null buffer, which differs from an empty one.</summary>
    public byte[]? ReadBuffer()
    {
        var length = ReadInt();
        return length == Null ? null : length == 0 ? [] : Take(length).ToArray();
    }

    /// <summary>Reads a text; bytes that are not UTF-8 become U+FFFD.</summary>
    public string ReadString()
    {
        var length = ReadInt();
        return length == Null ? throw new JuteException("A text is null.") : Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>Reads the number of elements in a list; 0 for a null list.</summary>
    /// <param name="shortest">The minimum size of an element in bytes.</param>
    public int ReadCount(int shortest)
    {
        var count = ReadInt();
        return count == Null ? 0
            : count < 0 || count > Remaining / shortest ? throw new JuteException($"A list of {count} elements does not fit into the remaining {Remaining} bytes.")
            : count;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if ((uint)length > (uint)_rest.Length)
        {
            throw new JuteException($"A field of {length} bytes does not fit into the remaining {_rest.Length} bytes.");
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
