namespace Valkeyrie.PowerShell.Sessions;

/// <summary>What etcd's own tools read from the environment.</summary>
internal sealed record EtcdEnvironment(string[] Endpoints, string? CaCertificate, string? ClientCertificate, string? ClientKey, KvCredential? Credential)
{
    private const string DefaultEndpoint = "127.0.0.1:2379";

    /// <summary>An environment that says nothing. Used where an endpoint is named: a password is not sent to another server than it was set for.</summary>
    public static EtcdEnvironment None { get; } = new([DefaultEndpoint], null, null, null, null);

    /// <summary>Reads the environment.</summary>
    /// <exception cref="KvInvalidArgumentException">ETCDCTL_USER names no password.</exception>
    public static EtcdEnvironment Read() => new(
        ReadEndpoints(),
        Get("CACERT"),
        Get("CERT"),
        Get("KEY"),
        ReadCredential());

    /// <summary>The endpoints that the environment names, else the usual one of this machine.</summary>
    public static string[] ReadEndpoints() =>
        (Get("ENDPOINTS") ?? DefaultEndpoint).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static KvCredential? ReadCredential()
    {
        if (Get("USER") is not { } user)
        {
            return null;
        }

        var colon = user.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            return new KvCredential(user[..colon], user[(colon + 1)..]);
        }

        return Get("PASSWORD") is { } password
            ? new KvCredential(user, password)
            : throw new KvInvalidArgumentException($"ETCDCTL_USER names the user '{user}' and no password. Set it as USER:PASSWORD, or give -Credential.");
    }

    private static string? Get(string name) =>
        Environment.GetEnvironmentVariable("ETCDCTL_" + name) is { Length: > 0 } value ? value : null;
}
