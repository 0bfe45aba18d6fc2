namespace Valkeyrie.Engine;

/// <summary>Turns keys into the bytes that a store keeps and back (<see cref="KeyText"/>), and puts a namespace before them.</summary>
/// <param name="keyNamespace">The prefix put before every key and taken off again; empty for none.</param>
public sealed class KeyCodec(string keyNamespace)
{
    private readonly byte[] _prefix = keyNamespace.Length == 0 ? [] : KeyText.Encode(keyNamespace);

    /// <summary>The codec without a namespace.</summary>
    public static KeyCodec Plain { get; } = new("");

    /// <summary>The most bytes that a key of this text can take, the namespace included.</summary>
    /// <param name="key">The key.</param>
    public int MaxByteCount(string key) => _prefix.Length + KeyText.MaxByteCount(key);

    /// <summary>Writes a key's bytes, the namespace before them.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">At least <see cref="MaxByteCount"/> long.</param>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="KvInvalidArgumentException">The key holds half of a surrogate pair.</exception>
    public int Encode(string key, Span<byte> destination)
    {
        _prefix.CopyTo(destination);
        return _prefix.Length + KeyText.Encode(key, destination[_prefix.Length..]);
    }

    /// <inheritdoc cref="Encode(string, Span{byte})"/>
    public byte[] Encode(string key)
    {
        var buffer = new byte[MaxByteCount(key)];
        return buffer[..Encode(key, buffer)];
    }

    /// <summary>Reads a key from its bytes and takes the namespace off.</summary>
    /// <param name="bytes">The bytes as the store has them.</param>
    public string Decode(ReadOnlySpan<byte> bytes) => KeyText.Decode(bytes[Math.Min(_prefix.Length, bytes.Length)..]);

    /// <summary>Checks whether a key lies in the namespace.</summary>
    /// <param name="bytes">The bytes as the store has them.</param>
    public bool Covers(ReadOnlySpan<byte> bytes) => bytes.StartsWith(_prefix);

    /// <summary>The interval of keys that a range covers.</summary>
    /// <param name="range">The range; not a single key.</param>
    public KeyInterval IntervalOf(KvRange range)
    {
        ArgumentNullException.ThrowIfNull(range);
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
}
