namespace Valkeyrie.Tests.Rigs;

/// <summary>The options of an agent for tests.</summary>
internal sealed record ConsulAgentOptions
{
    /// <summary>The minimum time to live of a session; null for the server's default of 10 s. Default: one second, so tests do not have to wait.</summary>
    public string? SessionTtlMin { get; init; } = "1s";

    /// <summary>More settings, each a line of the agent's configuration.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>True for TLS on the port for clients.</summary>
    public bool Tls { get; init; }

    /// <summary>The settings in the form of a configuration file.</summary>
    public string ToText() => string.Join(
        '\n', (SessionTtlMin is null ? Settings : Settings.Append($"session_ttl_min = \"{SessionTtlMin}\"")).Append("limits { http_max_conns_per_client = 4000 }"));
}
