namespace Valkeyrie.Etcd.Protocol;

/// <summary>Writes protobuf fields straight into a request frame, for the calls that are made most. Fields with their default value are left out.</summary>
internal ref struct WireWriter(Span<byte> room)
{
    private const int NumberType = 0;
    private const int LengthType = 2;
    private const int MaxTagLength = 2;
    private const int MaxVarintLength = 10;

    private readonly Span<byte> _room = room;

    /// <summary>The most bytes that the tag and length of a field take, or the tag and value of a number; field numbers up to 2047.</summary>
    public const int MaxFieldOverhead = MaxTagLength + MaxVarintLength;

    public int Written { get; private set; }

    public void Int64(int field, long value)
    {
        if (value != 0)
        {
            Chosen(field, value);
        }
    }

    /// <summary>A number of a <c>oneof</c>, which is there also where it is 0.</summary>
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

    /// <summary>The bytes of a <c>oneof</c>, which are there also if there are none.</summary>
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

    /// <summary>Begins a message within; what is written until <see cref="End"/> is its content.</summary>
    /// <param name="field">Its field.</param>
    /// <param name="maxLength">The most bytes that it can have.</param>
    public OpenField Begin(int field, int maxLength)
    {
        // The length comes before the content and is not known yet: leave as much room for it as the longest one needs, to close the gap afterwards.
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

    /// <summary>A field whose length is still to be written.</summary>
    /// <param name="At">Where.</param>
    /// <param name="Reserved">How many bytes are left free for it.</param>
    public readonly record struct OpenField(int At, int Reserved);
}
