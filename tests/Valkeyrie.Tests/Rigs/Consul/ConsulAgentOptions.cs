namespace Valkeyrie.Tests.Rigs;

/// <summary>How an agent of the tests is started.</summary>
internal sealed record ConsulAgentOptions
{
    /// <summary>The shortest time to live of a session; null for the server's own default of 10 s. By default one second, so that tests need not wait.</summary>
    public string? SessionTtlMin { get; init; } = "1s";

    /// <summary>Further settings, each a line of the agent's configuration.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>True for TLS on the port for clients.</summary>
    public bool Tls { get; init; }

    /// <summary>The settings as files of configuration hold them.</summary>
    public string ToText() => string.Join(
        '\n', (SessionTtlMin is null ? Settings : Settings.Append($"session_ttl_min = \"{SessionTtlMin}\"")).Append("limits { http_max_conns_per_client = 4000 }"));
}
