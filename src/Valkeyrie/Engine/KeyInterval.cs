namespace Valkeyrie.Engine;

/// <summary>An interval of keys by their bytes, from <paramref name="Start"/> (included) to <paramref name="End"/> (excluded).</summary>
/// <param name="Start">The bytes of the first key; empty for no lower bound.</param>
/// <param name="End">The bytes of the upper bound; null for none.</param>
public readonly record struct KeyInterval(byte[] Start, byte[]? End);
