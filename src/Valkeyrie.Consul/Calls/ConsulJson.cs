using System.Text.Json.Serialization;

namespace Valkeyrie.Consul.Calls;

/// <summary>Serializes all messages except keys.</summary>
[JsonSerializable(typeof(SessionRequest))]
[JsonSerializable(typeof(SessionReply))]
[JsonSerializable(typeof(SessionReply[]))]
[JsonSerializable(typeof(AgentReply))]
internal sealed partial class ConsulJson : JsonSerializerContext;

/// <summary>A request for a session (PUT /v1/session/create).</summary>
/// <param name="Name">The session's name, for people.</param>
/// <param name="TTL">The time to live unless renewed.</param>
/// <param name="Behavior">The effect of its end on its keys: <c>delete</c> or <c>release</c>.</param>
/// <param name="LockDelay">The time for which these keys cannot be acquired again after the session ended without being destroyed.</param>
internal sealed record SessionRequest(string Name, string TTL, string Behavior, string LockDelay)
{
    /// <summary>No checks: the session must not end with the agent that created it.</summary>
    public string[] NodeChecks { get; } = [];

    /// <summary>The same, for servers before 1.7.</summary>
    public string[] Checks { get; } = [];
}

/// <summary>A session on the server.</summary>
/// <param name="ID">The number.</param>
/// <param name="TTL">The time to live unless renewed; empty for a session that ends only with its checks.</param>
/// <param name="Behavior">The effect of its end on its keys.</param>
internal sealed record SessionReply(string? ID, string? TTL, string? Behavior);

/// <summary>An agent's report about itself (GET /v1/agent/self).</summary>
internal sealed record AgentReply(AgentConfig? Config, AgentStats? Stats);

/// <summary>The used part of an agent's configuration.</summary>
internal sealed record AgentConfig(string? Version, string? NodeID, bool Server);

/// <summary>The used part of an agent's statistics.</summary>
internal sealed record AgentStats([property: JsonPropertyName("consul")] AgentLeadership? Consul, [property: JsonPropertyName("raft")] AgentRaft? Raft);

/// <summary>The leader, as a server knows it.</summary>
internal sealed record AgentLeadership([property: JsonPropertyName("leader")] string? Leader, [property: JsonPropertyName("leader_addr")] string? LeaderAddress);

/// <summary>The state of a server's log.</summary>
internal sealed record AgentRaft([property: JsonPropertyName("term")] string? Term);
