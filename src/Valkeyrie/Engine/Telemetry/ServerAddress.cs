using System.Globalization;

namespace Valkeyrie.Engine.Telemetry;

/// <summary>The host and port of an endpoint.</summary>
/// <param name="Host">The host's name or address, IPv6 without brackets.</param>
/// <param name="Port">The port; null if the endpoint has none.</param>
internal readonly record struct ServerAddress(string Host, int? Port)
{
    private const string AfterScheme = "://";

    /// <summary>Parses an endpoint: <c>http://HOST:PORT</c> or <c>HOST:PORT</c>.</summary>
    public static ServerAddress Of(string endpoint)
    {
        var scheme = endpoint.IndexOf(AfterScheme, StringComparison.Ordinal);
        var rest = scheme < 0 ? endpoint : endpoint[(scheme + AfterScheme.Length)..];
        var colon = rest.LastIndexOf(':');
        return colon > rest.LastIndexOf(']') && int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new(rest[..colon].Trim('[', ']'), port)
            : new(rest.Trim('[', ']'), null);
    }

    public override string ToString() => Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{Host}:{port}") : Host;
}
