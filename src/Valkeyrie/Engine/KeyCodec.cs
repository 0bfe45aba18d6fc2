namespace Valkeyrie.Engine;

/// <summary>Converts keys to the bytes in a store and back (<see cref="KeyText"/>), and adds and removes a namespace.</summary>
/// <param name="keyNamespace">The prefix to add to every key and remove again; empty for none.</param>
public sealed class KeyCodec(string keyNamespace)
{
    private readonly byte[] _prefix = keyNamespace.Length == 0 ? [] : KeyText.Encode(keyNamespace);

    /// <summary>The codec without a namespace.</summary>
    public static KeyCodec Plain { get; } = new("");

    /// <summary>Returns the maximum number of bytes of a key, including the namespace.</summary>
    /// <param name="key">The key.</param>
    public int MaxByteCount(string key) => _prefix.Length + KeyText.MaxByteCount(key);

    /// <summary>Writes the bytes of the namespace and a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">The destination, at least <see cref="MaxByteCount"/> bytes long.</param>
    /// <returns>The number of written bytes.</returns>
    /// <exception cref="KvInvalidArgumentException">The key contains half of a surrogate pair.</exception>
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

    /// <summary>Converts bytes to a key, without the namespace.</summary>
    /// <param name="bytes">The bytes in the store.</param>
    public string Decode(ReadOnlySpan<byte> bytes) => KeyText.Decode(bytes[Math.Min(_prefix.Length, bytes.Length)..]);

    /// <summary>Checks whether a key is in the namespace.</summary>
    /// <param name="bytes">The bytes in the store.</param>
    public bool Covers(ReadOnlySpan<byte> bytes) => bytes.StartsWith(_prefix);

    /// <summary>Returns the interval of keys in a range.</summary>
    /// <param name="range">The range; not a single key.</param>
    public KeyInterval IntervalOf(KvRange range)
    {
        ArgumentNullException.ThrowIfNull(range);
        var start = Encode(range.Start);
        return new(start, EndOf(start));
    }

    // The smallest byte string above all that start with the prefix: the last byte below 0xFF is incremented, and the rest dropped.
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
