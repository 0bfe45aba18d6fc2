using System.Globalization;
using System.Text.RegularExpressions;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>What etcd's own tools read from the environment.</summary>
internal sealed record EtcdEnvironment(string[] Endpoints, string? CaCertificate, string? ClientCertificate, string? ClientKey, KvCredential? Credential)
{
    /// <summary>True to accept any server certificate, where there is one.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>True if it speaks of TLS. A check to be skipped does not by itself.</summary>
    public bool IsSecure => CaCertificate is not null || ClientCertificate is not null || Endpoints.Any(e => e.StartsWith("https:", StringComparison.OrdinalIgnoreCase));

    /// <summary>How long one call may take; null where nothing is said.</summary>
    public TimeSpan? Timeout { get; init; }

    private const string DefaultEndpoint = "127.0.0.1:2379";

    /// <summary>An environment that says nothing. Used where an endpoint is named: a password is not sent to another server than it was set for.</summary>
    public static EtcdEnvironment None { get; } = new([DefaultEndpoint], null, null, null, null);

    /// <summary>What was registered, which is the same sort of default.</summary>
    public static EtcdEnvironment Of(KvRegisteredStore store) =>
        new([.. store.Endpoint ?? []], store.CaCertificate, store.ClientCertificate, store.ClientKey, null);

    /// <summary>Reads the environment.</summary>
    /// <exception cref="KvInvalidArgumentException">ETCDCTL_USER names no password, or a variable cannot be read.</exception>
    public static EtcdEnvironment Read() => new(ReadEndpoints(), Get("CACERT"), Get("CERT"), Get("KEY"), ReadCredential())
    {
        SkipCertificateCheck = ReadSwitch("INSECURE_SKIP_TLS_VERIFY"),
        Timeout = ReadDuration("COMMAND_TIMEOUT"),
    };

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

    // What Go's strconv.ParseBool takes.
    private static bool ReadSwitch(string name) => Get(name) switch
    {
        null or "0" or "f" or "F" or "false" or "False" or "FALSE" => false,
        "1" or "t" or "T" or "true" or "True" or "TRUE" => true,
        var text => throw new KvInvalidArgumentException($"ETCDCTL_{name} is '{text}'. Set it to true or false."),
    };

    // What Go's time.ParseDuration takes, such as 5s, 1m30s or 300ms; what is below a millisecond is of no use here.
    private static TimeSpan? ReadDuration(string name)
    {
        if (Get(name) is not { } text)
        {
            return null;
        }

        var match = Regex.Match(text, @"^((?<number>[0-9]{1,9}(\.[0-9]{1,9})?)(?<unit>h|ms|m|s))+$", RegexOptions.CultureInvariant);
        if (!match.Success)
        {
            throw new KvInvalidArgumentException($"ETCDCTL_{name} is '{text}', which is not a time. Set it to one such as 5s, 1m30s or 500ms.");
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
        Environment.GetEnvironmentVariable("ETCDCTL_" + name) is { Length: > 0 } value ? value : null;
}
