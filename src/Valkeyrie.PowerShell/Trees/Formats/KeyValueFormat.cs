using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Lines of KEY=VALUE. Empty lines, lines that begin with #, blanks around a key and a value, and <c>export</c> before a key are ignored. Double quotes
/// support \n, \r, \t, \", \\ and \xNN, which is one byte; text in single quotes is literal. A key with blanks, brackets or quotes must be in quotes, so that a file of another
/// format is refused. Variables and comments after a value have no meaning.</summary>
internal sealed class KeyValueFormat : IWritableTreeFormat
{
    private const int LeastBuffer = 64 * 1024;

    // A byte of a value can take four, as \x00.
    private const int BytesPerByte = 4;
    private const long RoomForTheRest = 1024 * 1024;

    // Characters that no name of a variable contains, and most lines of other formats do.
    private static readonly SearchValues<byte> OnlyInQuotes = SearchValues.Create(" \t\"'`{}[]()<>;,"u8);

    private static ReadOnlySpan<byte> Export => "export "u8;

    public ITreeWriter Begin(Stream stream) => new Writer(new TextOutput(stream));

    public async IAsyncEnumerable<TreeRecord> ReadAsync(Stream text, long? largestValue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var largest = largestValue is { } limit ? (int)Math.Min(Array.MaxLength, limit * BytesPerByte + RoomForTheRest) : Array.MaxLength;
        var buffer = new byte[LeastBuffer];
        var (start, end, number, isLast) = (0, 0, 0L, false);
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length < 0 && !isLast)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                (start, end) = (0, end - start);
                if (end == buffer.Length)
                {
                    var place = Place(number + 1);
                    Array.Resize(ref buffer, end < largest ? (int)Math.Min(largest, end * 2L) : throw new TreeFormatException(place, TreeRecord.ValueTooLarge(largestValue ?? largest).Message));
                }

                var count = await text.ReadAtLeastAsync(buffer.AsMemory(end), buffer.Length - end, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                isLast = count < buffer.Length - end;
                end += count;
                continue;
            }

            if (start == end)
            {
                break;
            }

            length = length < 0 ? end - start : length;
            if (Record(buffer.AsSpan(start, length), Place(++number)) is { } record)
            {
                yield return record;
            }

            start = Math.Min(end, start + length + 1);
        }

        if (number == 0)
        {
            throw TreeFormatException.Empty();
        }
    }

    private static string Place(long line) => $"line {line}";

    private static TreeRecord? Record(ReadOnlySpan<byte> line, string place)
    {
        try
        {
            return Record(line) is var (key, value) && key is not null ? new(KeyText.Decode(key), value, TreeRecord.Text) { Place = place } : null;
        }
        catch (FormatException e)
        {
            throw new TreeFormatException(place, e.Message, e);
        }
    }

    private static (byte[]? Key, byte[]? Value) Record(ReadOnlySpan<byte> line)
    {
        if (!Utf8.IsValid(line))
        {
            throw TreeText.Invalid("text");
        }

        var rest = line.Trim(" \t\r"u8);
        if (rest.IsEmpty || rest[0] == '#')
        {
            return default;
        }

        byte[] key;
        if (rest[0] is (byte)'"' or (byte)'\'')
        {
            key = Quoted(ref rest);
            rest = rest.TrimStart(" \t"u8);
        }
        else
        {
            rest = rest.StartsWith(Export) ? rest[Export.Length..].TrimStart(" \t"u8) : rest;
            var equals = rest.IndexOf((byte)'=');
            key = (equals < 0 ? rest : rest[..equals]).TrimEnd(" \t"u8).ToArray();
            if (equals > 0 && key.AsSpan().IndexOfAny(OnlyInQuotes) >= 0)
            {
                throw new FormatException($"'{VisibleText.Of(Encoding.UTF8.GetString(key))}' is not a key. A key with blanks, brackets or quotes must be in quotes; for a file of another format use another -Format");
            }

            rest = equals < 0 ? [] : rest[equals..];
        }

        if (rest.IsEmpty || rest[0] != '=')
        {
            throw new FormatException("it has no '=' after the key. A line must be KEY=VALUE, or begin with #");
        }

        if (key.Length == 0 && line.TrimStart(" \t"u8)[0] == '=')
        {
            throw new FormatException("it has no key before the '='");
        }

        rest = rest[1..].TrimStart(" \t"u8);
        if (rest.IsEmpty || rest[0] is not ((byte)'"' or (byte)'\''))
        {
            return (key, rest.ToArray());
        }

        var value = Quoted(ref rest);
        return rest.IsEmpty ? (key, value) : throw new FormatException("text follows the quotes of the value. Put a comment on a separate line");
    }

    private static byte[] Quoted(ref ReadOnlySpan<byte> rest)
    {
        var quote = rest[0];
        var bytes = new ArrayBufferWriter<byte>(Math.Max(1, rest.Length));
        for (rest = rest[1..]; !rest.IsEmpty && rest[0] != quote; rest = rest[1..])
        {
            bytes.Write([quote == '"' && rest[0] == '\\' ? Escaped(ref rest) : rest[0]]);
        }

        if (rest.IsEmpty)
        {
            throw new FormatException($"a quote is missing. A value in quotes must end on its line: write a line break inside it as \\n, in double quotes");
        }

        rest = rest[1..];
        return bytes.WrittenSpan.ToArray();
    }

    // Stops at the last character of the escape, which the caller passes.
    private static byte Escaped(ref ReadOnlySpan<byte> rest)
    {
        rest = rest[1..];
        switch (rest)
        {
            case [(byte)'n', ..]: return (byte)'\n';
            case [(byte)'r', ..]: return (byte)'\r';
            case [(byte)'t', ..]: return (byte)'\t';
            case [(byte)'"' or (byte)'\\', ..]: return rest[0];
            case [(byte)'x', var high, var low, ..]
                when byte.TryParse([(char)high, (char)low], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value):
                rest = rest[2..];
                return value;
            default:
                throw new FormatException("a backslash in double quotes must begin one of \\n \\r \\t \\\" \\\\ and \\xNN. Write \\\\ for a backslash, or use single quotes");
        }
    }

    private sealed class Writer(TextOutput output) : ITreeWriter
    {
        private bool _hasWritten;

        public void Write(string key, byte[] value)
        {
            var bytes = KeyText.Encode(key);
            var isBare = bytes.Length > 0 && IsBare(bytes) && bytes[0] != '#' && !bytes.Contains((byte)'=') && bytes.AsSpan().IndexOfAny(OnlyInQuotes) < 0;
            Write(bytes, isBare);
            output.Write("="u8);
            Write(value, IsBare(value));
            output.Write("\n"u8);
            _hasWritten = true;
        }

        public void End()
        {
            output.Write(_hasWritten ? "" : "# no keys\n");
            output.Flush();
        }

        private static bool IsBare(ReadOnlySpan<byte> text) => TreeText.IsText(text) && text.IndexOfAny("\t\r\n"u8) < 0
            && (text.IsEmpty || (text[0] is not ((byte)' ' or (byte)'"' or (byte)'\'') && text[^1] != ' '));

        private void Write(byte[] text, bool isBare)
        {
            if (isBare)
            {
                output.Write(text);
                return;
            }

            // Visible text is unchanged; a value that is not text is written as the numbers of its bytes.
            var isText = TreeText.IsText(text);
            output.Write("\""u8);
            foreach (var next in text)
            {
                output.Write(next switch
                {
                    (byte)'\n' => "\\n"u8,
                    (byte)'\r' => "\\r"u8,
                    (byte)'\t' => "\\t"u8,
                    (byte)'"' => "\\\""u8,
                    (byte)'\\' => "\\\\"u8,
                    _ when isText || next is >= 32 and < 127 => [next],
                    _ => Encoding.ASCII.GetBytes($"\\x{next:X2}"),
                });
            }

            output.Write("\""u8);
        }
    }
}
