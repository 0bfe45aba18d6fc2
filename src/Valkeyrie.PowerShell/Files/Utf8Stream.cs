using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Valkeyrie.PowerShell.Files;

/// <summary>Reads a text file as UTF-8 without a byte order mark. A file that begins with the mark of UTF-16 is converted; any other file is read as UTF-8 and
/// passed on unchecked.</summary>
/// <remarks>Invalid UTF-16 becomes the byte 0xFF, which is not valid UTF-8. A reader therefore finds both kinds of errors, and their position, in the same
/// way.</remarks>
/// <param name="file">The file, which is not closed.</param>
internal sealed class Utf8Stream(Stream file) : ReadOnlyStream
{
    private const byte Invalid = 0xFF;
    private const int CharactersAtOnce = 16 * 1024;

    private Form _form;
    private byte[] _raw = [];
    private byte[] _text = [];
    private int _rawCount;
    private int _at;
    private int _end;
    private bool _hasEnded;

    private enum Form
    {
        Unknown,
        Utf8,
        Utf16Little,
        Utf16Big,
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_form == Form.Unknown)
        {
            await RecogniseAsync(cancellationToken).ConfigureAwait(false);
        }

        while (_at == _end)
        {
            if (_form == Form.Utf8)
            {
                return await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }

            if (_hasEnded)
            {
                return 0;
            }

            await TranscodeAsync(cancellationToken).ConfigureAwait(false);
        }

        var count = Math.Min(buffer.Length, _end - _at);
        _text.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    private async ValueTask RecogniseAsync(CancellationToken cancellationToken)
    {
        var mark = new byte[4];
        var count = await file.ReadAtLeastAsync(mark, mark.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        (_form, var skipped) = mark switch
        {
            [0xFF, 0xFE, 0, 0] or [0, 0, 0xFE, 0xFF] when count == 4 => throw new FormatException("it is in UTF-32: save it as UTF-8"),
            [0xEF, 0xBB, 0xBF, ..] when count >= 3 => (Form.Utf8, 3),
            [0xFF, 0xFE, ..] when count >= 2 => (Form.Utf16Little, 2),
            [0xFE, 0xFF, ..] when count >= 2 => (Form.Utf16Big, 2),
            _ => (Form.Utf8, 0),
        };
        if (_form == Form.Utf8)
        {
            (_text, _at, _end) = (mark, skipped, count);
            return;
        }

        _raw = new byte[CharactersAtOnce * sizeof(char)];
        _text = new byte[CharactersAtOnce * 3];
        mark.AsSpan(skipped, count - skipped).CopyTo(_raw);
        _rawCount = count - skipped;
    }

    private async ValueTask TranscodeAsync(CancellationToken cancellationToken)
    {
        var count = await file.ReadAsync(_raw.AsMemory(_rawCount), cancellationToken).ConfigureAwait(false);
        _hasEnded = count == 0;
        _rawCount += count;
        _at = 0;
        _end = 0;
        var characters = MemoryMarshal.Cast<byte, ushort>(_raw.AsSpan(0, _rawCount));
        if (BitConverter.IsLittleEndian != (_form == Form.Utf16Little))
        {
            BinaryPrimitives.ReverseEndianness(characters, characters);
        }

        var used = sizeof(char) * Append(MemoryMarshal.Cast<ushort, char>(characters), _hasEnded);
        var rest = _raw.AsSpan(used, _rawCount - used);
        if (_hasEnded && !rest.IsEmpty)
        {
            _text[_end++] = Invalid;
            rest = [];
        }

        // The first half of a surrogate pair that still lacks its second half is put back.
        if (rest.Length >= sizeof(char) && BitConverter.IsLittleEndian != (_form == Form.Utf16Little))
        {
            rest[..sizeof(char)].Reverse();
        }

        rest.CopyTo(_raw);
        _rawCount = rest.Length;
    }

    /// <summary>Adds characters to the text.</summary>
    /// <returns>The number of characters used: all except the first half of a surrogate pair at the end, unless nothing follows.</returns>
    private int Append(ReadOnlySpan<char> characters, bool isLast)
    {
        var used = 0;
        while (used < characters.Length)
        {
            var status = Utf8.FromUtf16(characters[used..], _text.AsSpan(_end), out var read, out var written, replaceInvalidSequences: false, isLast);
            used += read;
            _end += written;
            if (status == OperationStatus.NeedMoreData)
            {
                break;
            }

            if (status == OperationStatus.InvalidData)
            {
                _text[_end++] = Invalid;
                used++;
            }
        }

        return used;
    }
}
