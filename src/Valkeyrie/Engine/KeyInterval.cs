namespace Valkeyrie.Engine;

/// <summary>An interval of keys by their bytes: from <paramref name="Start"/> up to, not including, <paramref name="End"/>.</summary>
/// <param name="Start">The first key's bytes; empty for the very first.</param>
/// <param name="End">The bytes that end the interval; null for no end.</param>
public readonly record struct KeyInterval(byte[] Start, byte[]? End);
