using System.Globalization;

namespace Valkeyrie.Consul.Sessions;

/// <summary>Times to live in Consul's notation: <c>30s</c>, <c>1h30m</c>, <c>500ms</c> (Go's time.ParseDuration).</summary>
internal static class SessionTime
{
    /// <summary>The longest time to live of a session (agent/structs, SessionTTLMax).</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>Formats whole seconds.</summary>
    public static string Text(long seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds}s");

    /// <summary>Parses a time; null if the text is not a time.</summary>
    public static TimeSpan? Read(string? text)
    {
        var rest = text.AsSpan();
        var time = TimeSpan.Zero;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || digits > 9)
            {
                return null;
            }

            var number = int.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[digits..];
            var unit = rest.IndexOfAnyInRange('0', '9') is > 0 and var end ? rest[..end] : rest;
            rest = rest[unit.Length..];
            TimeSpan? part = unit switch
            {
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "s" => TimeSpan.FromSeconds(number),
                "ms" => TimeSpan.FromMilliseconds(number),
                _ => null,
            };
            if (part is null)
            {
                return null;
            }

            time += part.Value;
        }

        return time > TimeSpan.Zero ? time : null;
    }
}
