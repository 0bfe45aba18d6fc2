using System.Text;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>A record of the most common shape: an object with a Key, a Value and optionally an Encoding, in this order, all ASCII without escapes; in an
/// array with the comma before it. It is found byte by byte.</summary>
/// <remarks>The platform's reader searches the end of each text with vector instructions. The platform contains no compiled code for them, and code that is
/// compiled at run time is slow at first. In a process that has just started, as for most imports, a loop over bytes reads a file five times as fast.
/// A record of any other shape, valid or not, is left to that reader.</remarks>
internal ref struct PlainJsonRecord
{
    private readonly ReadOnlySpan<byte> _text;
    private ReadOnlySpan<byte> _key;
    private ReadOnlySpan<byte> _value;
    private ReadOnlySpan<byte> _encoding;

    private PlainJsonRecord(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>Its number of bytes in the text, including the comma before it.</summary>
    public int Length { get; private set; }

    /// <summary>Its number of line ends.</summary>
    public int LineEnds { get; private set; }

    /// <summary>Finds such a record at the beginning of a text.</summary>
    /// <param name="text">The text after the previous object.</param>
    /// <param name="isLine">True for a separate object; false for an object of an array, with a comma before it.</param>
    /// <param name="record">The record.</param>
    /// <returns>False if the text has another shape, or ends before the record.</returns>
    public static bool TryFind(ReadOnlySpan<byte> text, bool isLine, out PlainJsonRecord record)
    {
        record = new PlainJsonRecord(text);
        return (isLine || record.Passes((byte)',')) && record.TryRead();
    }

    /// <summary>Gets the record.</summary>
    public readonly TreeRecord ToRecord() =>
        new(Encoding.UTF8.GetString(_key), _value.ToArray(), _encoding.SequenceEqual("text"u8) ? TreeRecord.Text : _encoding.IsEmpty ? null : Encoding.UTF8.GetString(_encoding));

    private bool TryRead()
    {
        if (!Passes((byte)'{') || !TryField("Key"u8, out _key) || !Passes((byte)',') || !TryField("Value"u8, out _value))
        {
            return false;
        }

        return Passes((byte)'}') || (Passes((byte)',') && TryField("Encoding"u8, out _encoding) && !_encoding.IsEmpty && Passes((byte)'}'));
    }

    private bool TryField(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        return TryText(out var written) && written.SequenceEqual(name) && Passes((byte)':') && TryText(out value);
    }

    private bool TryText(out ReadOnlySpan<byte> content)
    {
        content = default;
        if (!Passes((byte)'"'))
        {
            return false;
        }

        var start = Length;
        for (var at = start; at < _text.Length; at++)
        {
            var b = _text[at];
            if (b == '"')
            {
                content = _text[start..at];
                Length = at + 1;
                return true;
            }

            if (b is < 0x20 or >= 0x80 or (byte)'\\')
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Passes white space and the specified character, if it follows.</summary>
    private bool Passes(byte mark)
    {
        for (var at = Length; at < _text.Length; at++)
        {
            switch (_text[at])
            {
                case (byte)'\n':
                    LineEnds++;
                    break;
                case (byte)' ' or (byte)'\r' or (byte)'\t':
                    break;
                case var b when b == mark:
                    Length = at + 1;
                    return true;
                default:
                    // If another character is also allowed there, the same white space is passed again.
                    LineEnds -= CountLineEnds(_text[Length..at]);
                    return false;
            }
        }

        return false;
    }

    private static int CountLineEnds(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var b in text)
        {
            count += b == '\n' ? 1 : 0;
        }

        return count;
    }
}
