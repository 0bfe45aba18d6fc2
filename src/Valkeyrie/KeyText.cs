using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Valkeyrie;

/// <summary>How a key's text stands for the bytes that a store keeps: as UTF-8.</summary>
/// <remarks>Other programs may store keys that are not UTF-8. A byte that is not part of valid UTF-8 is held in the text as the lone surrogate
/// U+DC00 + byte, so that such a key can be shown, read and removed, and its bytes come back unchanged (the scheme of Python's PEP 383).</remarks>
public static class KeyText
{
    private const char EscapeBase = '\uDC00';
    private const char EscapeFirst = '\uDC80';
    private const char EscapeLast = '\uDCFF';

    /// <summary>The most bytes that a key of this text can take.</summary>
    /// <param name="key">The key.</param>
    public static int MaxByteCount(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Length * 3;
    }

    /// <summary>Writes a key's bytes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">At least <see cref="MaxByteCount"/> long.</param>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="KvInvalidArgumentException">The key holds half of a surrogate pair.</exception>
    public static int Encode(string key, Span<byte> destination)
    {
        var status = Utf8.FromUtf16(key, destination, out _, out var written, replaceInvalidSequences: false);
        return status == System.Buffers.OperationStatus.Done ? written : EncodeEscaped(key, destination);
    }

    /// <summary>A key's bytes.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="KvInvalidArgumentException">The key holds half of a surrogate pair.</exception>
    public static byte[] Encode(string key)
    {
        var buffer = new byte[MaxByteCount(key)];
        return buffer[..Encode(key, buffer)];
    }

    /// <summary>The text of a key.</summary>
    /// <param name="bytes">Its bytes, whatever they are.</param>
    public static string Decode(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : DecodeEscaped(bytes);

    private static int EncodeEscaped(string key, Span<byte> destination)
    {
        var written = 0;
        for (var i = 0; i < key.Length; i++)
        {
            if (key[i] is >= EscapeFirst and <= EscapeLast)
            {
                destination[written++] = (byte)(key[i] - EscapeBase);
                continue;
            }

            if (!Rune.TryGetRuneAt(key, i, out var rune))
            {
                RefuseSurrogate(key, i);
            }

            written += rune.EncodeToUtf8(destination[written..]);
            i += rune.Utf16SequenceLength - 1;
        }

        // Escapes that together spell valid UTF-8 would make two texts name one key.
        if (DecodeEscaped(destination[..written]) != key)
        {
            RefuseSurrogate(key, key.AsSpan().IndexOfAnyInRange(EscapeFirst, EscapeLast));
        }

        return written;
    }

    private static string DecodeEscaped(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune);
            }
            else
            {
                // Byte by byte: what follows an invalid first byte may be valid by itself.
                text.Append((char)(EscapeBase + bytes[0]));
                consumed = 1;
            }

            bytes = bytes[consumed..];
        }

        return text.ToString();
    }

    [DoesNotReturn]
    private static void RefuseSurrogate(string key, int index) =>
        throw new KvInvalidArgumentException($"The key is not valid text: half of a surrogate pair at position {index}.") { ParamName = nameof(key), Key = key };
}
