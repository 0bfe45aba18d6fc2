using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Writes text to a file in pieces, so a value of any size takes little additional memory.</summary>
/// <param name="stream">The file, which is not closed.</param>
internal sealed class TextOutput(Stream stream)
{
    private const int WrittenAtOnce = 64 * 1024;

    // Letters of all scripts remain readable; the file is not part of a web page.
    private static readonly JavaScriptEncoder Escaping = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private static ReadOnlySpan<byte> Blanks => "                                "u8;

    private readonly ArrayBufferWriter<byte> _buffer = new(2 * WrittenAtOnce);

    /// <summary>Writes unchanged bytes.</summary>
    /// <param name="text">Text in UTF-8.</param>
    public void Write(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var piece = text[..Math.Min(text.Length, WrittenAtOnce)];
            _buffer.Write(piece);
            text = text[piece.Length..];
            PassOnIfFull();
        }
    }

    /// <summary>Writes a text.</summary>
    /// <param name="text">The text, which must be valid.</param>
    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a text as a JSON string, in quotes.</summary>
    /// <param name="text">The text in UTF-8, which must be valid.</param>
    /// <remarks>In pieces: Utf8JsonWriter refuses texts above 166 MB, and would keep all of it in memory.</remarks>
    public void WriteJson(ReadOnlySpan<byte> text)
    {
        _buffer.Write("\""u8);
        while (!text.IsEmpty)
        {
            Escaping.EncodeUtf8(text, _buffer.GetSpan(WrittenAtOnce), out var read, out var written);
            _buffer.Advance(written);
            text = text[read..];
            PassOnIfFull();
        }

        _buffer.Write("\""u8);
    }

    /// <inheritdoc cref="WriteJson(ReadOnlySpan{byte})"/>
    public void WriteJson(string text) => WriteJson(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes bytes in Base64.</summary>
    /// <param name="bytes">The bytes.</param>
    public void WriteBase64(byte[] bytes) => Write(TreeRecord.ToBase64(bytes));

    /// <summary>Begins a line.</summary>
    /// <param name="indent">The number of blanks at its beginning.</param>
    public void NewLine(int indent)
    {
        Write("\n"u8);
        Indent(indent);
    }

    /// <summary>Writes blanks.</summary>
    /// <param name="count">The number of blanks.</param>
    public void Indent(int count)
    {
        for (; count > 0; count -= Blanks.Length)
        {
            Write(Blanks[..Math.Min(count, Blanks.Length)]);
        }
    }

    /// <summary>Writes all text in memory to the file.</summary>
    public void Flush()
    {
        PassOn();
        stream.Flush();
    }

    private void PassOnIfFull()
    {
        if (_buffer.WrittenCount >= WrittenAtOnce)
        {
            PassOn();
        }
    }

    private void PassOn()
    {
        stream.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }
}
