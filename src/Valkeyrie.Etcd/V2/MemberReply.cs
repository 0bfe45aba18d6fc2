namespace Valkeyrie.Etcd.V2;

/// <summary>The used part of the answer from <c>/v2/stats/self</c>.</summary>
/// <param name="Id">The member's number.</param>
/// <param name="State">The member's role in the cluster.</param>
/// <param name="LeaderInfo">The leader, as this member knows it.</param>
internal sealed record MemberReply(string? Id, string? State, MemberReply.Leads? LeaderInfo)
{
    private const string Leader = "StateLeader";

    /// <summary>True for the leader.</summary>
    public bool IsLeader => State == Leader;

    /// <summary>The leader.</summary>
    /// <param name="Leader">The leader's number.</param>
    internal sealed record Leads(string? Leader);
}
