using System.Globalization;

namespace Valkeyrie.Consul.Sessions;

/// <summary>Times to live as Consul writes them: <c>30s</c>, <c>1h30m</c>, <c>500ms</c> (Go's time.ParseDuration).</summary>
internal static class SessionTime
{
    /// <summary>The longest that a session lives without being renewed (agent/structs, SessionTTLMax).</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>Writes whole seconds.</summary>
    public static string Text(long seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds}s");

    /// <summary>Reads a time; null if it is none.</summary>
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
