namespace Valkeyrie.Etcd.Protocol;

/// <summary>Writes protobuf fields straight into a request frame, for the calls that are made most. Fields with their default value are left out.</summary>
internal ref struct WireWriter(Span<byte> room)
{
    private const int LengthType = 2;
    private const int MaxVarintLength = 10;

    private readonly Span<byte> _room = room;

    /// <summary>The most bytes that the tag and length of a field take, or the tag and value of a number; field numbers up to 15.</summary>
    public const int MaxFieldOverhead = 1 + MaxVarintLength;

    public int Written { get; private set; }

    public void Int64(int field, long value)
    {
        if (value != 0)
        {
            _room[Written++] = (byte)(field << 3);
            Varint((ulong)value);
        }
    }

    public void Bool(int field, bool value) => Int64(field, value ? 1 : 0);

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return;
        }

        _room[Written++] = (byte)((field << 3) | LengthType);
        Varint((ulong)value.Length);
        value.CopyTo(_room[Written..]);
        Written += value.Length;
    }

    public void Key(int field, KeyCodec keys, string key)
    {
        // The length comes before the bytes and is not known yet: leave as much room for it as the longest key needs, then close the gap.
        _room[Written++] = (byte)((field << 3) | LengthType);
        var at = Written;
        var reserved = VarintLength((ulong)keys.MaxByteCount(key));
        var length = keys.Encode(key, _room[(at + reserved)..]);
        var needed = VarintLength((ulong)length);
        if (needed != reserved)
        {
            _room.Slice(at + reserved, length).CopyTo(_room[(at + needed)..]);
        }

        Varint((ulong)length);
        Written += length;
    }

    private static int VarintLength(ulong value) => (System.Numerics.BitOperations.Log2(value | 1) / 7) + 1;

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _room[Written++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _room[Written++] = (byte)value;
    }
}
