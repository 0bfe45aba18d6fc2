namespace Valkeyrie.Etcd.Protocol;

/// <summary>Writes protobuf fields directly into a request frame, for the most frequent calls. Fields with their default value are omitted.</summary>
internal ref struct WireWriter(Span<byte> room)
{
    private const int NumberType = 0;
    private const int LengthType = 2;
    private const int MaxTagLength = 2;
    private const int MaxVarintLength = 10;

    private readonly Span<byte> _room = room;

    /// <summary>The maximum number of bytes for the tag and length of a field, or the tag and value of a number; field numbers up to 2047.</summary>
    public const int MaxFieldOverhead = MaxTagLength + MaxVarintLength;

    public int Written { get; private set; }

    public void Int64(int field, long value)
    {
        if (value != 0)
        {
            Chosen(field, value);
        }
    }

    /// <summary>Writes a number of a <c>oneof</c>, even if it is 0.</summary>
    public void Chosen(int field, long value)
    {
        Tag(field, NumberType);
        Varint((ulong)value);
    }

    public void Bool(int field, bool value) => Int64(field, value ? 1 : 0);

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            Chosen(field, value);
        }
    }

    /// <summary>Writes the bytes of a <c>oneof</c>, even if they are empty.</summary>
    public void Chosen(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, LengthType);
        Varint((ulong)value.Length);
        value.CopyTo(_room[Written..]);
        Written += value.Length;
    }

    public void Key(int field, KeyCodec keys, string key)
    {
        var open = Begin(field, keys.MaxByteCount(key));
        Written += keys.Encode(key, _room[Written..]);
        End(open);
    }

    /// <summary>Begins a nested message; everything written until <see cref="End"/> is its content.</summary>
    /// <param name="field">The field.</param>
    /// <param name="maxLength">The maximum length in bytes.</param>
    public OpenField Begin(int field, int maxLength)
    {
        // The length precedes the content and is not known yet: reserve as much room as the longest one needs, and close the gap afterwards.
        Tag(field, LengthType);
        var open = new OpenField(Written, VarintLength((ulong)maxLength));
        Written += open.Reserved;
        return open;
    }

    public void End(OpenField open)
    {
        var start = open.At + open.Reserved;
        var length = Written - start;
        var needed = VarintLength((ulong)length);
        if (needed != open.Reserved)
        {
            _room.Slice(start, length).CopyTo(_room[(open.At + needed)..]);
        }

        Written = open.At;
        Varint((ulong)length);
        Written += length;
    }

    private void Tag(int field, int type) => Varint((ulong)((field << 3) | type));

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

    /// <summary>A field whose length is not written yet.</summary>
    /// <param name="At">The position of the length.</param>
    /// <param name="Reserved">The number of bytes reserved for it.</param>
    public readonly record struct OpenField(int At, int Reserved);
}
