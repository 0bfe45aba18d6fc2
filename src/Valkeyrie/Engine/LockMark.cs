using System.Globalization;
using System.Text;

namespace Valkeyrie.Engine;

/// <summary>The value of a contender's lock key: <c>OWNER TIME</c>, in UTC by the contender's clock. etcd's own tools leave the value empty and do not read
/// it.</summary>
/// <param name="Owner">The owner; empty if the contender set none.</param>
/// <param name="Since">The time since when the contender holds the lock or waits for it; null if not recorded.</param>
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
