namespace Valkeyrie.Embedded.Storage;

/// <summary>Intervals of keys by their bytes.</summary>
internal static class Interval
{
    /// <summary>Returns the interval of a range of any kind, including a single key.</summary>
    public static KeyInterval Of(KeyCodec keys, KvRange range)
    {
        if (range.Kind != KvRangeKind.Key)
        {
            return keys.IntervalOf(range);
        }

        var key = keys.Encode(range.Text);
        return new KeyInterval(key, JustAfter(key));
    }

    /// <summary>Returns the smallest key after another one.</summary>
    public static byte[] JustAfter(byte[] key) => [.. key, 0];

    public static bool Contains(this KeyInterval interval, ReadOnlySpan<byte> key) =>
        key.SequenceCompareTo(interval.Start) >= 0 && (interval.End is null || key.SequenceCompareTo(interval.End) < 0);
}
