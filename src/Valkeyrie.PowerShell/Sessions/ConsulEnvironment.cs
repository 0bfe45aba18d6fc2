using Valkeyrie.Consul;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Reads the environment variables of Consul's own tools.</summary>
internal static class ConsulEnvironment
{
    private const string DefaultAddress = "127.0.0.1:8500";

    /// <summary>Reads the environment.</summary>
    /// <param name="secure">True for TLS, regardless of the environment.</param>
    /// <exception cref="KvInvalidArgumentException">A variable is not valid.</exception>
    public static EtcdEnvironment Read(bool secure)
    {
        var (address, tls) = ReadAddress();
        tls = secure || tls || ReadSwitch("CONSUL_HTTP_SSL", otherwise: false);
        var scheme = tls ? ConsulStore.TlsScheme : ConsulStore.Scheme;
        return new([$"{scheme}://{address}{ReadQuery()}"], Tls("CONSUL_CACERT"), Tls("CONSUL_CLIENT_CERT"), Tls("CONSUL_CLIENT_KEY"), ReadToken())
        {
            SkipCertificateCheck = tls && !ReadSwitch("CONSUL_HTTP_SSL_VERIFY", otherwise: true),
        };

        // The variables for TLS files can be set for all addresses, including those without TLS.
        string? Tls(string name) => tls ? Get(name) : null;
    }

    /// <summary>The address in the environment; null if none is set.</summary>
    public static string? NamedAddress => Get("CONSUL_HTTP_ADDR") is null ? null : Read(secure: false).Endpoints[0];

    private static (string Address, bool Tls) ReadAddress()
    {
        var text = Get("CONSUL_HTTP_ADDR") ?? DefaultAddress;
        var at = text.IndexOf("://", StringComparison.Ordinal);
        var rest = (at < 0 ? text : text[(at + 3)..]).TrimEnd('/');
        return (at < 0 ? "http" : text[..at].ToLowerInvariant()) switch
        {
            "http" => (rest, false),
            "https" => (rest, true),
            _ => throw new KvInvalidArgumentException($"CONSUL_HTTP_ADDR is '{text}'. Set it to host:port, http://host:port or https://host:port."),
        };
    }

    private static string ReadQuery()
    {
        string[] parts = [.. Part("ns", "CONSUL_NAMESPACE"), .. Part("partition", "CONSUL_PARTITION")];
        return parts.Length == 0 ? "" : "?" + string.Join('&', parts);

        static string[] Part(string name, string variable) => Get(variable) is { } value ? [$"{name}={Uri.EscapeDataString(value)}"] : [];
    }

    private static KvCredential? ReadToken()
    {
        if (Get("CONSUL_HTTP_TOKEN") is { } token)
        {
            return new KvCredential("", token);
        }

        if (Get("CONSUL_HTTP_TOKEN_FILE") is not { } file)
        {
            return null;
        }

        try
        {
            return new KvCredential("", File.ReadAllText(file).Trim());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KvInvalidArgumentException($"The token could not be read from the file that CONSUL_HTTP_TOKEN_FILE names, '{file}': {e.Message}", e);
        }
    }

    // The values that Go's strconv.ParseBool accepts.
    private static bool ReadSwitch(string name, bool otherwise) => Get(name) switch
    {
        null => otherwise,
        "0" or "f" or "F" or "false" or "False" or "FALSE" => false,
        "1" or "t" or "T" or "true" or "True" or "TRUE" => true,
        var text => throw new KvInvalidArgumentException($"{name} is '{text}'. Set it to true or false."),
    };

    private static string? Get(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
