using Valkeyrie.Embedded;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The endpoints of Connect-KvStore, combined to one address of a store.</summary>
/// <param name="Address">The address that opens the store.</param>
/// <param name="Urls">The URLs of etcd's endpoints; empty for other stores.</param>
/// <param name="ApiVersion">The version of etcd's API; null for other stores.</param>
/// <param name="DefaultName">The name of the store if none is specified.</param>
internal sealed record EndpointArguments(string Address, IReadOnlyList<Uri> Urls, int? ApiVersion, string DefaultName)
{
    private const int DefaultPort = 2379;

    /// <summary>Parses endpoints: each host, host:port, a URL of etcd, or one address of another store.</summary>
    /// <param name="arguments">The endpoints. One argument can contain several, separated by commas.</param>
    /// <param name="apiVersion">The version of etcd's API.</param>
    /// <param name="tlsGiven">True if certificates are specified.</param>
    /// <param name="prefersTls">True to use TLS if neither certificates nor the scheme of an endpoint decide.</param>
    /// <exception cref="KvInvalidArgumentException">An endpoint is not valid, or the endpoints cannot be combined.</exception>
    public static EndpointArguments Parse(IEnumerable<string> arguments, int apiVersion, bool tlsGiven, bool prefersTls = false)
    {
        var given = arguments.SelectMany(a => (a ?? "").Split(',', StringSplitOptions.TrimEntries)).ToList();
        if (given is [var first, ..] && ConsulEndpoints.IsOne(first))
        {
            return ConsulEndpoints.Parse(given, tlsGiven);
        }

        if (given is [var member, ..] && ZooKeeperEndpoints.IsOne(member))
        {
            return ZooKeeperEndpoints.Parse(given, tlsGiven);
        }

        if (given is [var only] && IsOfAnotherKind(only))
        {
            return new(only, [], null, NameOf(KvAddress.Parse(only)));
        }

        if (given.Count == 0)
        {
            throw new KvInvalidArgumentException("No endpoint was specified. Specify one such as 'localhost:2379'.");
        }

        bool? tls = null;
        var hosts = given.ConvertAll(text => ParseOne(text, ref tls));
        if (tls == false && tlsGiven)
        {
            throw new KvInvalidArgumentException($"Certificates were specified for '{given[0]}', which does not use TLS. Use https:// or omit the scheme.");
        }

        apiVersion = given.Exists(text => SchemeOf(text)?.StartsWith("etcdv2", StringComparison.Ordinal) == true) ? 2 : apiVersion;
        var isSecure = tls ?? (tlsGiven || prefersTls);
        var scheme = (apiVersion == 2 ? "etcdv2" : "etcd") + (isSecure ? "s" : "");
        return new($"{scheme}://{string.Join(',', hosts)}", hosts.ConvertAll(host => UrlOf(host, isSecure)), apiVersion, hosts[0]);
    }

    private static string ParseOne(string text, ref bool? tls)
    {
        var scheme = SchemeOf(text);
        if (scheme is not null)
        {
            var secure = TlsOf(scheme) ?? throw Invalid(text, "its scheme must be http, https, etcd, etcds, etcdv2 or etcdv2s");
            if (tls is { } before && before != secure)
            {
                throw new KvInvalidArgumentException("Some endpoints use TLS and some do not. The endpoints of one store must all use TLS or none.");
            }

            tls = secure;
        }

        var rest = (scheme is null ? text : text[(scheme.Length + "://".Length)..]).TrimEnd('/');
        if (rest.Contains('@', StringComparison.Ordinal))
        {
            // The message does not contain the endpoint, because it can contain a password.
            throw new KvInvalidArgumentException("An endpoint must not contain a user or password, because logs would show them. Use -Credential.");
        }

        return HostAndPort(text, rest);
    }

    private static string HostAndPort(string text, string rest)
    {
        // An IPv6 address is in brackets, because it contains colons.
        var end = rest.StartsWith('[') ? rest.IndexOf(']', StringComparison.Ordinal) + 1 : rest.IndexOf(':', StringComparison.Ordinal);
        var host = end < 0 ? rest : rest[..end];
        var port = rest[host.Length..];
        if (!IsHost(host) || !(port.Length == 0 || IsPort(port)))
        {
            throw text.Contains("://", StringComparison.Ordinal) || text.IndexOfAny(['/', '\\']) < 0
                ? Invalid(text, "it must have the form host:port")
                : new KvInvalidArgumentException($"'{text}' looks like a file, not an endpoint of etcd. To open a store in a file, specify -Path.");
        }

        var number = port.Length == 0 ? DefaultPort : int.Parse(port.AsSpan(1), provider: null);
        return number is > 0 and <= ushort.MaxValue ? $"{host}:{number}" : throw Invalid(text, "its port must be from 1 to 65535");
    }

    private static Uri UrlOf(string host, bool isSecure) =>
        Uri.TryCreate($"{(isSecure ? "https" : "http")}://{host}/", UriKind.Absolute, out var url) ? url : throw Invalid(host, "it must have the form host:port");

    // Parsed without regular expressions: creating the first one costs a session more than connecting.
    private static bool IsHost(string host)
    {
        var address = host is ['[', .., ']'] ? host[1..^1] : null;
        foreach (var character in address ?? host)
        {
            if (address is null
                ? character is '[' or ']' or '/' or '?' or '#' || char.IsWhiteSpace(character)
                : !char.IsAsciiHexDigitUpper(character) && !char.IsAsciiLetterLower(character) && character is not (':' or '.' or '%'))
            {
                return false;
            }
        }

        return (address ?? host).Length > 0;
    }

    private static bool IsPort(string port)
    {
        foreach (var character in port.AsSpan(1))
        {
            if (!char.IsAsciiDigit(character))
            {
                return false;
            }
        }

        return port[0] == ':' && port.Length is > 1 and <= 6;
    }

    // A URL whose scheme is not etcd's, or that KvStore.Open accepts. A host can have the name of such a scheme: its port follows then.
    private static bool IsOfAnotherKind(string text) => SchemeOf(text) is { } scheme
        ? TlsOf(scheme) is null
        : text.Split(':', 2) is [var name, var rest] && !ushort.TryParse(rest, out _)
            && (name is EmbeddedStore.MemoryScheme or EmbeddedStore.FileScheme);

    private static string NameOf(KvAddress address) =>
        address.Scheme == EmbeddedStore.FileScheme && Path.GetFileNameWithoutExtension(address.Rest.Split('?')[0]) is { Length: > 0 } name ? name : address.Scheme;

    private static string? SchemeOf(string text) =>
        text.IndexOf("://", StringComparison.Ordinal) is > 0 and var end ? text[..end].ToLowerInvariant() : null;

    private static bool? TlsOf(string scheme) => scheme switch
    {
        "http" or "etcd" or "etcdv2" => false,
        "https" or "etcds" or "etcdv2s" => true,
        _ => null,
    };

    private static KvInvalidArgumentException Invalid(string text, string why) =>
        new($"The endpoint '{text}' is not valid: {why}. Specify host, host:port, or a URL such as 'https://host:2379'.");
}
