namespace Valkeyrie;

/// <summary>Stores that are clusters whose members can be administered.</summary>
public interface IKvMembers
{
    /// <summary>The members, in the order in which the cluster lists them.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="KvException">The cluster could not be asked.</exception>
    ValueTask<IReadOnlyList<KvMember>> ListMembersAsync(CancellationToken cancellationToken = default);

    /// <summary>Tells the cluster of a new member, which is started afterwards.</summary>
    /// <param name="peerAddresses">Where the other members reach it: URLs such as <c>http://10.0.0.4:2380</c>.</param>
    /// <param name="asLearner">True for a member that follows without a vote until it is promoted. A voter that never starts costs the cluster a part of its majority.</param>
    /// <param name="cancellationToken">Ends the call; the member may have been added.</param>
    /// <exception cref="KvNotSupportedException">The server's version has no learners.</exception>
    /// <exception cref="KvException">The cluster refused, or could not be asked.</exception>
    ValueTask<KvMember> AddMemberAsync(IReadOnlyList<string> peerAddresses, bool asLearner, CancellationToken cancellationToken = default);

    /// <summary>Makes a voter of a learner.</summary>
    /// <param name="id">The member's id.</param>
    /// <param name="cancellationToken">Ends the call; the member may have been promoted.</param>
    /// <exception cref="KvException">The learner has not caught up yet, the cluster refused, or it could not be asked.</exception>
    ValueTask<KvMember> PromoteMemberAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Changes where the other members reach a member.</summary>
    /// <param name="id">The member's id.</param>
    /// <param name="peerAddresses">The URLs.</param>
    /// <param name="cancellationToken">Ends the call; the member may have been changed.</param>
    /// <exception cref="KvException">The cluster refused, or could not be asked.</exception>
    ValueTask<KvMember> UpdateMemberAsync(string id, IReadOnlyList<string> peerAddresses, CancellationToken cancellationToken = default);

    /// <summary>Removes a member. Its process ends its service by itself.</summary>
    /// <param name="id">The member's id.</param>
    /// <param name="cancellationToken">Ends the call; the member may have been removed.</param>
    /// <exception cref="KvException">The cluster refused, or could not be asked.</exception>
    ValueTask RemoveMemberAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Hands the leadership to a member.</summary>
    /// <param name="id">The id of a voting member.</param>
    /// <param name="cancellationToken">Ends the call; the leadership may have moved.</param>
    /// <exception cref="KvException">The cluster refused, or could not be asked.</exception>
    ValueTask MoveLeaderAsync(string id, CancellationToken cancellationToken = default);
}

/// <summary>A member of a cluster.</summary>
/// <param name="Id">Its number in hexadecimal, as etcd's own tools show it.</param>
public sealed record KvMember(string Id) : IFormattable
{
    /// <summary>Its name; empty for one that was added and has not started yet.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where the other members reach it.</summary>
    public IReadOnlyList<string> PeerAddresses { get; init; } = [];

    /// <summary>Where clients reach it, as it says itself; empty for one that has not started yet.</summary>
    public IReadOnlyList<string> ClientAddresses { get; init; } = [];

    /// <summary>True for a member that does not vote yet.</summary>
    public bool IsLearner { get; init; }

    /// <summary>False for a member that was added and has not started yet.</summary>
    public bool HasStarted => Name.Length > 0;

    /// <summary>A part of the member, fit to be shown: see <see cref="VisibleText"/>.</summary>
    /// <param name="format"><c>id</c>, <c>name</c>, <c>peers</c> or <c>clients</c>; null, empty or <c>G</c> for its id and name.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">There is no such format.</exception>
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
