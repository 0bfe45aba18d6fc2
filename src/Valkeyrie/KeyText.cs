using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Valkeyrie;

/// <summary>Converts between the text of a key and its bytes in a store, which are UTF-8.</summary>
/// <remarks>Other programs may store keys that are not UTF-8. The text represents each byte that is not part of valid UTF-8 as the lone surrogate U+DC00 + byte
/// (the scheme of Python's PEP 383). Such a key can be shown, read and removed, and its bytes are unchanged.</remarks>
public static class KeyText
{
    private const char EscapeBase = '\uDC00';
    private const char EscapeFirst = '\uDC80';
    private const char EscapeLast = '\uDCFF';

    /// <summary>Returns the maximum number of bytes of a key.</summary>
    /// <param name="key">The key.</param>
    public static int MaxByteCount(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Length * 3;
    }

    /// <summary>Writes the bytes of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">The destination, at least <see cref="MaxByteCount"/> bytes long.</param>
    /// <returns>The number of written bytes.</returns>
    /// <exception cref="KvInvalidArgumentException">The key contains half of a surrogate pair.</exception>
    public static int Encode(string key, Span<byte> destination)
    {
        var status = Utf8.FromUtf16(key, destination, out _, out var written, replaceInvalidSequences: false);
        return status == System.Buffers.OperationStatus.Done ? written : EncodeEscaped(key, destination);
    }

    /// <summary>Returns the bytes of a key.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="KvInvalidArgumentException">The key contains half of a surrogate pair.</exception>
    public static byte[] Encode(string key)
    {
        var buffer = new byte[MaxByteCount(key)];
        return buffer[..Encode(key, buffer)];
    }

    /// <summary>Returns the text of a key.</summary>
    /// <param name="bytes">The key's bytes; any bytes are accepted.</param>
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

        // If escapes together form valid UTF-8, two texts would name one key.
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
                // Byte by byte, because the bytes after an invalid first byte may be valid.
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
