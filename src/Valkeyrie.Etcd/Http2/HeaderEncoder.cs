using System.Text;
using Valkeyrie.Etcd.Grpc;

namespace Valkeyrie.Etcd.Http2;

/// <summary>Encodes the headers of requests (HPACK, RFC 7541). All but the token are the same for every call of a method, so each enters the
/// peer's table once and costs a byte from then on.</summary>
/// <param name="address">The endpoint.</param>
internal sealed class HeaderEncoder(Uri address)
{
    private const int MethodPost = 3;
    private const int SchemeHttp = 6;
    private const int SchemeHttps = 7;
    private const int PathName = 4;
    private const int AuthorityName = 1;
    private const int ContentTypeName = 31;
    private const int AuthorizationName = 23;

    // A dozen or two, told apart by a number mostly: to walk along them is quicker than to hash their texts.
    private readonly List<Field> _indexed = [];
    private bool _mayIndex = true;
    private bool _mustGiveUpTable;

    /// <summary>What the peer says of its table, at first or later. All that is ever indexed fits into the default size with much to spare; a peer
    /// with a smaller table gets literals from then on.</summary>
    public void SetPeerTableSize(uint size)
    {
        if (size >= HeaderTable.DefaultMaxSize)
        {
            return;
        }

        _mayIndex = false;
        _mustGiveUpTable = true;
        _indexed.Clear();
    }

    public void Encode(GrpcMethod method, string? token, OutputBuffer output)
    {
        if (_mustGiveUpTable)
        {
            // Section 4.2: a smaller table is confirmed at the head of the next block, here by one without entries.
            output.WriteByte(0x20);
            _mustGiveUpTable = false;
        }

        output.WriteByte(0x80 | MethodPost);
        output.WriteByte((byte)(0x80 | (address.Scheme == Uri.UriSchemeHttps ? SchemeHttps : SchemeHttp)));
        Constant(output, PathName, null, method.Path);
        Constant(output, AuthorityName, null, address.Authority);
        Constant(output, ContentTypeName, null, "application/grpc");
        Constant(output, 0, "te", "trailers");
        if (method == GrpcMethod.Watch)
        {
            // A member without a leader ends the watch instead of keeping silent (etcd's clients send this for WithRequireLeader).
            Constant(output, 0, "hasleader", "true");
        }

        if (token is not null)
        {
            // Section 6.2.3: never indexed, by us or by a proxy on the way.
            Number(output, 0x10, 4, AuthorizationName);
            Text(output, token);
        }
    }

    private static void Number(OutputBuffer output, int pattern, int prefixBits, int value)
    {
        var mask = (1 << prefixBits) - 1;
        if (value < mask)
        {
            output.WriteByte((byte)(pattern | value));
            return;
        }

        output.WriteByte((byte)(pattern | mask));
        for (value -= mask; value >= 0x80; value >>= 7)
        {
            output.WriteByte((byte)(value | 0x80));
        }

        output.WriteByte((byte)value);
    }

    private static void Text(OutputBuffer output, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Number(output, 0, 7, length);
        Encoding.UTF8.GetBytes(text, output.Reserve(length));
    }

    private void Constant(OutputBuffer output, int nameIndex, string? name, string value)
    {
        for (var order = 0; order < _indexed.Count; order++)
        {
            if (_indexed[order].Is(nameIndex, name, value))
            {
                // Section 2.3.3: the newest entry of the table has the lowest number.
                Number(output, 0x80, 7, HeaderTable.StaticLength + _indexed.Count - order);
                return;
            }
        }

        Number(output, _mayIndex ? 0x40 : 0, _mayIndex ? 6 : 4, nameIndex);
        if (name is not null)
        {
            Text(output, name);
        }

        Text(output, value);
        if (_mayIndex)
        {
            _indexed.Add(new Field(nameIndex, name, value));
        }
    }

    private sealed class Field(int nameIndex, string? name, string value)
    {
        public bool Is(int otherIndex, string? otherName, string otherValue) => nameIndex == otherIndex && value == otherValue && name == otherName;
    }
}
