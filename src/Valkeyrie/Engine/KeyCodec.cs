using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Valkeyrie.Engine;

/// <summary>An interval of keys by their bytes: from <paramref name="Start"/> up to, not including, <paramref name="End"/>.</summary>
/// <param name="Start">The first key's bytes; empty for the very first.</param>
/// <param name="End">The bytes that end the interval; null for no end.</param>
public readonly record struct KeyInterval(byte[] Start, byte[]? End);

/// <summary>Turns keys into the bytes that a store keeps and back, and puts a namespace before them.</summary>
/// <remarks>Keys are UTF-8. A byte that is not valid UTF-8 in a key that somebody else stored is held in the string as the lone surrogate
/// U+DC00 + byte, so that such a key can be shown, read and removed, and its bytes come back unchanged (the scheme of Python's PEP 383).</remarks>
/// <param name="keyNamespace">The prefix put before every key and taken off again; empty for none.</param>
public sealed class KeyCodec(string keyNamespace)
{
    private const char EscapeBase = '\uDC00';
    private const char EscapeFirst = '\uDC80';
    private const char EscapeLast = '\uDCFF';

    private readonly byte[] _prefix = keyNamespace.Length == 0 ? [] : Plain.Encode(keyNamespace);

    /// <summary>The codec without a namespace.</summary>
    public static KeyCodec Plain { get; } = new("");

    /// <summary>The most bytes that a key of this text can take.</summary>
    /// <param name="key">The key.</param>
    public int MaxByteCount(string key) => _prefix.Length + key.Length * 3;

    /// <summary>Writes a key's bytes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">At least <see cref="MaxByteCount"/> long.</param>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="KvInvalidArgumentException">The key holds half of a surrogate pair.</exception>
    public int Encode(string key, Span<byte> destination)
    {
        _prefix.CopyTo(destination);
        var text = destination[_prefix.Length..];
        var status = Utf8.FromUtf16(key, text, out _, out var written, replaceInvalidSequences: false);
        return _prefix.Length + (status == System.Buffers.OperationStatus.Done ? written : EncodeEscaped(key, text));
    }

    /// <inheritdoc cref="Encode(string, Span{byte})"/>
    public byte[] Encode(string key)
    {
        var buffer = new byte[MaxByteCount(key)];
        return buffer[..Encode(key, buffer)];
    }

    /// <summary>Reads a key from its bytes and takes the namespace off.</summary>
    /// <param name="bytes">The bytes as the store has them.</param>
    public string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = bytes[Math.Min(_prefix.Length, bytes.Length)..];
        return Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : DecodeEscaped(text);
    }

    /// <summary>Tells whether a key lies in the namespace.</summary>
    /// <param name="bytes">The bytes as the store has them.</param>
    public bool Covers(ReadOnlySpan<byte> bytes) => bytes.StartsWith(_prefix);

    /// <summary>The interval of keys that a range covers.</summary>
    /// <param name="range">The range; not a single key.</param>
    public KeyInterval IntervalOf(KvRange range)
    {
        var start = Encode(range.Start);
        return new(start, EndOf(start));
    }

    // The smallest byte string above every one that starts with the prefix: the last byte that can grow, grown, and the rest dropped.
    private static byte[]? EndOf(byte[] prefix)
    {
        var last = prefix.AsSpan().LastIndexOfAnyExcept((byte)0xFF);
        if (last < 0)
        {
            return null;
        }

        var end = prefix[..(last + 1)];
        end[last]++;
        return end;
    }

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
        throw new KvInvalidArgumentException($"The key is not valid text: half of a surrogate pair at position {index}.") { Key = key };
}
