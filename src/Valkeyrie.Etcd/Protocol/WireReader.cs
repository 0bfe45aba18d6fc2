
namespace Valkeyrie.Etcd.Protocol;

/// <summary>Reads protobuf fields directly from the received bytes. The generated classes copy each key and value once more before a <see cref="KvPair"/>
/// exists, which dominates the cost of a listing; so this reader is used for replies with many pairs.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private const int VarintType = 0;
    private const int Fixed64Type = 1;
    private const int LengthType = 2;
    private const int Fixed32Type = 5;

    private ReadOnlySpan<byte> _rest = bytes;
    private int _type;

    /// <summary>The number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>The number of unread bytes.</summary>
    public readonly int Left => _rest.Length;

    /// <summary>Moves to the next field; false at the end. Its value must be read or skipped before the next call.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadVarint();
        Field = (int)(tag >> 3);
        _type = (int)tag & 7;
        return Field > 0 && tag <= uint.MaxValue ? true : throw Malformed();
    }

    public long Int64() => (long)Varint();

    public bool Bool() => Varint() != 0;

    /// <summary>Reads the field's bytes: a text, a byte string or a nested message.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Expect(LengthType);
        var length = ReadVarint();
        return length <= (ulong)_rest.Length ? Take((int)length) : throw Malformed();
    }

    public void Skip()
    {
        switch (_type)
        {
            case VarintType: ReadVarint(); break;
            case Fixed64Type: Take(sizeof(ulong)); break;
            case LengthType: Bytes(); break;
            case Fixed32Type: Take(sizeof(uint)); break;
            default: throw Malformed();
        }
    }

    private static EtcdProtocolException Malformed() => new("The reply is not a valid message.");

    private ulong Varint()
    {
        Expect(VarintType);
        return ReadVarint();
    }

    private readonly void Expect(int type)
    {
        if (_type != type)
        {
            throw Malformed();
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw Malformed();
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var i = 0; i < _rest.Length && i < 10; i++)
        {
            var b = _rest[i];
            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw Malformed();
    }
}
