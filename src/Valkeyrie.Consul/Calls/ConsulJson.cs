using System.Text.Json.Serialization;

namespace Valkeyrie.Consul.Calls;

/// <summary>Writes and reads everything but keys.</summary>
[JsonSerializable(typeof(SessionRequest))]
[JsonSerializable(typeof(SessionReply))]
[JsonSerializable(typeof(SessionReply[]))]
[JsonSerializable(typeof(AgentReply))]
internal sealed partial class ConsulJson : JsonSerializerContext;

/// <summary>A session to be made (PUT /v1/session/create).</summary>
/// <param name="Name">Who holds it, for people.</param>
/// <param name="TTL">How long it lives unless renewed.</param>
/// <param name="Behavior">What becomes of the keys that it holds: <c>delete</c> or <c>release</c>.</param>
/// <param name="LockDelay">How long those keys cannot be held again after it ended without being destroyed.</param>
internal sealed record SessionRequest(string Name, string TTL, string Behavior, string LockDelay)
{
    /// <summary>No check: the session shall not end with the agent that it was made through.</summary>
    public string[] NodeChecks { get; } = [];

    /// <summary>The same, as servers before 1.7 read it.</summary>
    public string[] Checks { get; } = [];
}

/// <summary>A session as the server has it.</summary>
/// <param name="ID">Its number.</param>
/// <param name="TTL">How long it lives unless renewed; empty for one that only ends with its checks.</param>
/// <param name="Behavior">What becomes of the keys that it holds.</param>
internal sealed record SessionReply(string? ID, string? TTL, string? Behavior);

/// <summary>What an agent says of itself (GET /v1/agent/self).</summary>
internal sealed record AgentReply(AgentConfig? Config, AgentStats? Stats);

/// <summary>The part of an agent's configuration that is of use here.</summary>
internal sealed record AgentConfig(string? Version, string? NodeID, bool Server);

/// <summary>The part of an agent's statistics that is of use here.</summary>
internal sealed record AgentStats([property: JsonPropertyName("consul")] AgentLeadership? Consul, [property: JsonPropertyName("raft")] AgentRaft? Raft);

/// <summary>Who leads, as a server knows it.</summary>
internal sealed record AgentLeadership([property: JsonPropertyName("leader")] string? Leader, [property: JsonPropertyName("leader_addr")] string? LeaderAddress);

/// <summary>The state of a server's log.</summary>
internal sealed record AgentRaft([property: JsonPropertyName("term")] string? Term);
