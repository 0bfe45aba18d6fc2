using System.Globalization;
using System.Text;

namespace Valkeyrie.Engine;

/// <summary>What the key of a lock's contender says of it: <c>OWNER TIME</c>, the time in UTC as the contender's clock has it. etcd's own tools leave the value empty and
/// do not read it.</summary>
/// <param name="Owner">Who holds the lock, or waits for it; empty if it does not say.</param>
/// <param name="Since">Since when; null if it does not say.</param>
internal readonly record struct LockMark(string Owner, DateTimeOffset? Since)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static LockMark Read(ReadOnlySpan<byte> value)
    {
        var text = Encoding.UTF8.GetString(value);
        var end = text.LastIndexOf(' ');
        return DateTimeOffset.TryParseExact(
            text.AsSpan(end + 1), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var since)
            ? new(end < 0 ? "" : text[..end], since)
            : new(text, null);
    }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Owner} {Since?.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}"));
}
