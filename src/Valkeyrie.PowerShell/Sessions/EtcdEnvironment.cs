using System.Globalization;
using System.Text.RegularExpressions;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The settings in the environment variables of etcd's own tools.</summary>
internal sealed record EtcdEnvironment(string[] Endpoints, string? CaCertificate, string? ClientCertificate, string? ClientKey, KvCredential? Credential)
{
    /// <summary>True to accept any server certificate.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>True to use TLS for endpoints without a scheme, even without certificates.</summary>
    public bool PrefersTls { get; init; }

    /// <summary>The version of etcd's API; null if it is not set.</summary>
    public int? ApiVersion { get; init; }

    /// <summary>The variables of etcd's tools that are set but not used here, ordered by name.</summary>
    public IReadOnlyList<string> Unheard { get; init; } = [];

    /// <summary>True if the settings imply TLS. Skipping the certificate check alone does not.</summary>
    public bool IsSecure => CaCertificate is not null || ClientCertificate is not null || HasScheme("https:") || (PrefersTls && !HasScheme("http:"));

    /// <summary>The timeout of one call; null if it is not set.</summary>
    public TimeSpan? Timeout { get; init; }

    private const string DefaultEndpoint = "127.0.0.1:2379";
    private const string Prefix = "ETCDCTL_";

    private static readonly string[] Heard =
        ["API", "CACERT", "CERT", "COMMAND_TIMEOUT", "ENDPOINTS", "INSECURE_SKIP_TLS_VERIFY", "INSECURE_TRANSPORT", "KEY", "PASSWORD", "USER"];

    // These concern the output of a tool, or discovery, which is refused by the variable that requests it.
    private static readonly string[] Harmless = ["DEBUG", "DISCOVERY_SRV_NAME", "HEX", "INSECURE_DISCOVERY", "NO_SYNC", "OUTPUT_FORMAT", "WRITE_OUT"];

    // The variables for the server and the user of the tool for API version 2.
    private static readonly (string Name, string Instead)[] OfVersion2 =
    [
        ("CA_FILE", "CACERT"), ("CERT_FILE", "CERT"), ("ENDPOINT", "ENDPOINTS"), ("KEY_FILE", "KEY"), ("PEERS", "ENDPOINTS"), ("USERNAME", "USER"),
    ];

    /// <summary>The settings of an empty environment. Used if an endpoint is specified, so a password is not sent to another server than it was set
    /// for.</summary>
    public static EtcdEnvironment None { get; } = new([DefaultEndpoint], null, null, null, null);

    /// <summary>Gets the settings of a registered store, which are defaults of the same kind.</summary>
    public static EtcdEnvironment Of(KvRegisteredStore store) =>
        new([.. store.Endpoint ?? []], store.CaCertificate, store.ClientCertificate, store.ClientKey, null);

    /// <summary>Reads the environment.</summary>
    /// <exception cref="KvInvalidArgumentException">ETCDCTL_USER has no password, a variable is not valid, or a variable for another server or user is
    /// not supported here.</exception>
    public static EtcdEnvironment Read()
    {
        var version = ReadApiVersion();
        RefuseOtherTargets(version);
        return new(ReadEndpoints(), Get("CACERT"), Get("CERT"), Get("KEY"), ReadCredential())
        {
            SkipCertificateCheck = ReadSwitch("INSECURE_SKIP_TLS_VERIFY", otherwise: false),
            PrefersTls = !ReadSwitch("INSECURE_TRANSPORT", otherwise: true),
            Timeout = ReadDuration("COMMAND_TIMEOUT"),
            ApiVersion = version,
            Unheard = ReadUnheard(),
        };
    }

    // A command that used another server than etcdctl, or another user, would seem to succeed.
    private static void RefuseOtherTargets(int? version)
    {
        if (Get("DISCOVERY_SRV") is { } domain)
        {
            throw new KvInvalidArgumentException($"ETCDCTL_DISCOVERY_SRV is '{domain}'. Finding endpoints by DNS SRV records is not supported: "
                + "remove the variable and set ETCDCTL_ENDPOINTS, or specify -Endpoint.");
        }

        if (Get("AUTH_JWT_TOKEN") is not null)
        {
            throw new KvInvalidArgumentException("ETCDCTL_AUTH_JWT_TOKEN is set. Tokens from other programs are not supported: remove the variable and set ETCDCTL_USER, or specify -Endpoint and -Credential.");
        }

        foreach (var (name, instead) in OfVersion2)
        {
            if (version == 2 && Get(name) is not null)
            {
                throw new KvInvalidArgumentException($"{Prefix}{name} is set but not supported. Set {Prefix}{instead} instead, or specify -Endpoint.");
            }
        }
    }

    private static string[] ReadUnheard()
    {
        // On Windows, the names of variables are not case-sensitive.
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return [.. Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith(Prefix, comparison))
            .Select(name => name[Prefix.Length..])
            .Where(name => Get(name) is not null && !Heard.Concat(Harmless).Any(known => known.Equals(name, comparison)))
            .Select(name => Prefix + name)
            .Order(StringComparer.Ordinal)];
    }

    private static int? ReadApiVersion() => Get("API") switch
    {
        null => null,
        "2" => 2,
        "3" => 3,
        var text => throw new KvInvalidArgumentException($"ETCDCTL_API is '{text}'. Set it to 2 or 3."),
    };

    /// <summary>Gets the endpoints of the environment; if none are set, the default endpoint of this machine.</summary>
    public static string[] ReadEndpoints() =>
        (Get("ENDPOINTS") ?? DefaultEndpoint).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private bool HasScheme(string scheme) => Endpoints.Any(e => e.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    private static KvCredential? ReadCredential()
    {
        if (Get("USER") is not { } user)
        {
            return null;
        }

        // If the password is set separately, the user is only a name, as for etcdctl.
        if (Get("PASSWORD") is { } password)
        {
            return new KvCredential(user, password);
        }

        var colon = user.IndexOf(':', StringComparison.Ordinal);
        return colon >= 0
            ? new KvCredential(user[..colon], user[(colon + 1)..])
            : throw new KvInvalidArgumentException($"ETCDCTL_USER names the user '{user}' without a password. Set it to USER:PASSWORD, or specify -Credential.");
    }

    // The values that Go's strconv.ParseBool accepts.
    private static bool ReadSwitch(string name, bool otherwise) => Get(name) switch
    {
        null => otherwise,
        "0" or "f" or "F" or "false" or "False" or "FALSE" => false,
        "1" or "t" or "T" or "true" or "True" or "TRUE" => true,
        var text => throw new KvInvalidArgumentException($"ETCDCTL_{name} is '{text}'. Set it to true or false."),
    };

    // The values that Go's time.ParseDuration accepts, such as 5s, 1m30s or 300ms; less than a millisecond is not supported here.
    private static TimeSpan? ReadDuration(string name)
    {
        if (Get(name) is not { } text)
        {
            return null;
        }

        var match = Regex.Match(text, @"^((?<number>[0-9]{1,9}(\.[0-9]{1,9})?)(?<unit>h|ms|m|s))+$", RegexOptions.CultureInvariant);
        if (!match.Success)
        {
            throw new KvInvalidArgumentException($"ETCDCTL_{name} is '{text}', which is not a duration. Set it to a duration such as 5s, 1m30s or 500ms.");
        }

        return match.Groups["number"].Captures.Zip(match.Groups["unit"].Captures, (number, unit) => Milliseconds(unit.Value) * double.Parse(number.Value, CultureInfo.InvariantCulture))
            .Aggregate(TimeSpan.Zero, (sum, milliseconds) => sum + TimeSpan.FromMilliseconds(milliseconds));
    }

    private static double Milliseconds(string unit) => unit switch
    {
        "h" => 3_600_000,
        "m" => 60_000,
        "s" => 1_000,
        _ => 1,
    };

    private static string? Get(string name) =>
        Environment.GetEnvironmentVariable(Prefix + name) is { Length: > 0 } value ? value : null;
}
