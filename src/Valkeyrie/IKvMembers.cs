namespace Valkeyrie;

/// <summary>The capability to administer the members of a cluster.</summary>
public interface IKvMembers
{
    /// <summary>Lists the members, in the cluster's order.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="KvException">The cluster did not answer.</exception>
    ValueTask<IReadOnlyList<KvMember>> ListMembersAsync(CancellationToken cancellationToken = default);

    /// <summary>Registers a new member with the cluster. Start the member afterwards.</summary>
    /// <param name="peerAddresses">The URLs at which the other members reach it, such as <c>http://10.0.0.4:2380</c>.</param>
    /// <param name="asLearner">True for a member without a vote until it is promoted. A voting member that never starts weakens the cluster's majority.</param>
    /// <param name="cancellationToken">Ends the call; the member may have been added.</param>
    /// <exception cref="KvInvalidArgumentException">There is no peer address, or one is not a URL with scheme, host and port.</exception>
    /// <exception cref="KvException">The cluster refused the request or did not answer.</exception>
    ValueTask<KvMember> AddMemberAsync(IReadOnlyList<string> peerAddresses, bool asLearner, CancellationToken cancellationToken = default);

    /// <summary>Promotes a learner to a voting member.</summary>
    /// <param name="id">The member's id.</param>
    /// <param name="cancellationToken">Ends the call; the member may have been promoted.</param>
    /// <exception cref="KvInvalidArgumentException">The id is not a hexadecimal number.</exception>
    /// <exception cref="KvException">The learner has not caught up yet, the cluster refused the request or did not answer, or the server's version does not
    /// support learners (<see cref="KvErrorCode.NotSupported"/>).</exception>
    ValueTask<KvMember> PromoteMemberAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Changes the URLs at which the other members reach a member.</summary>
    /// <param name="id">The member's id.</param>
    /// <param name="peerAddresses">The new URLs.</param>
    /// <param name="cancellationToken">Ends the call; the member may have been changed.</param>
    /// <exception cref="KvInvalidArgumentException">The id is not a hexadecimal number, or a URL is not a peer address.</exception>
    /// <exception cref="KvException">The cluster refused the request or did not answer.</exception>
    ValueTask<KvMember> UpdateMemberAsync(string id, IReadOnlyList<string> peerAddresses, CancellationToken cancellationToken = default);

    /// <summary>Removes a member from the cluster. The process of the member then stops serving.</summary>
    /// <param name="id">The member's id.</param>
    /// <param name="cancellationToken">Ends the call; the member may have been removed.</param>
    /// <exception cref="KvInvalidArgumentException">The id is not a hexadecimal number.</exception>
    /// <exception cref="KvException">The cluster refused the request or did not answer.</exception>
    ValueTask RemoveMemberAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Transfers the leadership to a member.</summary>
    /// <param name="id">The id of a voting member.</param>
    /// <param name="cancellationToken">Ends the call; the leadership may have moved.</param>
    /// <exception cref="KvInvalidArgumentException">The id is not a hexadecimal number.</exception>
    /// <exception cref="KvException">The cluster refused the request or did not answer, or the store has no endpoint of the present leader.</exception>
    ValueTask MoveLeaderAsync(string id, CancellationToken cancellationToken = default);
}

/// <summary>A member of a cluster.</summary>
/// <param name="Id">The member's number in hexadecimal, as etcd's tools show it.</param>
public sealed record KvMember(string Id) : IFormattable
{
    /// <summary>The name; empty for a member that was added and has not started yet.</summary>
    public string Name { get; init; } = "";

    /// <summary>The URLs at which the other members reach the member.</summary>
    public IReadOnlyList<string> PeerAddresses { get; init; } = [];

    /// <summary>The URLs that the member announces to clients; empty for a member that has not started yet.</summary>
    public IReadOnlyList<string> ClientAddresses { get; init; } = [];

    /// <summary>True for a member that does not vote yet.</summary>
    public bool IsLearner { get; init; }

    /// <summary>False for a member that was added and has not started yet.</summary>
    public bool HasStarted => Name.Length > 0;

    /// <summary>Formats a part of the member as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>id</c>, <c>name</c>, <c>peers</c> or <c>clients</c>; null, empty or <c>G</c> for its id and name.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of(HasStarted ? $"{Id} ({Name})" : Id),
        "id" => VisibleText.Of(Id),
        "name" => VisibleText.Of(Name),
        "peers" => VisibleText.Of(string.Join(", ", PeerAddresses)),
        "clients" => VisibleText.Of(string.Join(", ", ClientAddresses)),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a member. Use id, name, peers or clients."),
    };
}
