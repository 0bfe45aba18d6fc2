namespace Valkeyrie;

/// <summary>Stores whose upkeep can be seen to.</summary>
public interface IKvMaintenance
{
    /// <summary>Asks every endpoint how it is. One that does not answer is a status with a <see cref="KvMemberStatus.Reason"/>.</summary>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>One status for each endpoint, in the order of the answers.</returns>
    IAsyncEnumerable<KvMemberStatus> GetStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>The hash of all keys up to a revision, from every endpoint. Members of one cluster have the same.</summary>
    /// <param name="revision">The revision; null for the newest one that the first endpoint knows, which all are then asked for.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <exception cref="KvNotSupportedException">The store has no hash.</exception>
    /// <exception cref="KvException">An endpoint could not be asked, or does not have the revision.</exception>
    ValueTask<IReadOnlyList<KvHash>> GetHashesAsync(long? revision = null, CancellationToken cancellationToken = default);

    /// <summary>Forgets the history before a revision. It cannot be read or watched any more. The current value of each key stays.</summary>
    /// <param name="revision">The oldest revision that is kept.</param>
    /// <param name="cancellationToken">Ends the call; the history may have been forgotten.</param>
    /// <exception cref="KvInvalidArgumentException">The revision lies in the future.</exception>
    /// <exception cref="KvCompactedException">Later history has been forgotten already.</exception>
    ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default);

    /// <summary>Gives unused space of an endpoint's database back to its disk. The endpoint does not answer meanwhile.</summary>
    /// <param name="endpoint">The endpoint, one of <see cref="KvStoreInfo.Endpoints"/>.</param>
    /// <param name="timeout">How long it may take; null for no limit.</param>
    /// <param name="cancellationToken">Ends the wait; the server goes on.</param>
    /// <exception cref="KvException">The endpoint could not be asked.</exception>
    ValueTask DefragmentAsync(string endpoint, TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>The alarms that are raised.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<IReadOnlyList<KvAlarm>> ListAlarmsAsync(CancellationToken cancellationToken = default);

    /// <summary>Disarms an alarm. It is raised again where its cause lasts.</summary>
    /// <param name="alarm">The alarm.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask ClearAlarmAsync(KvAlarm alarm, CancellationToken cancellationToken = default);
}

/// <summary>How a member is, in full.</summary>
/// <param name="Endpoint">Its endpoint's URL, or the file.</param>
public sealed record KvMemberStatus(string Endpoint) : IFormattable
{
    /// <summary>The member's number in hexadecimal; null where there is none, and where it did not answer.</summary>
    public string? MemberId { get; init; }

    /// <summary>The number of the leader; null where it knows of none.</summary>
    public string? LeaderId { get; init; }

    /// <summary>True for the leader.</summary>
    public bool IsLeader => MemberId is not null && MemberId == LeaderId;

    /// <summary>True for a member that does not vote yet.</summary>
    public bool IsLearner { get; init; }

    /// <summary>The server's version; empty where it did not answer.</summary>
    public string Version { get; init; } = "";

    /// <summary>The version of its database's format; empty where the server does not tell.</summary>
    public string StorageVersion { get; init; } = "";

    /// <summary>The newest revision that it knows.</summary>
    public long Revision { get; init; }

    /// <summary>The size of its database on the disk, in bytes.</summary>
    public long DatabaseSize { get; init; }

    /// <summary>How much of that is in use, in bytes: what defragmentation would leave.</summary>
    public long DatabaseSizeInUse { get; init; }

    /// <summary>The most that its database may hold, in bytes; null where the server does not tell.</summary>
    public long? DatabaseQuota { get; init; }

    /// <summary>The newest entry of its Raft log.</summary>
    public long RaftIndex { get; init; }

    /// <summary>The newest entry that it has applied.</summary>
    public long RaftAppliedIndex { get; init; }

    /// <summary>How often the cluster has elected a leader.</summary>
    public long RaftTerm { get; init; }

    /// <summary>What the server itself reports as wrong, such as an alarm or a missing leader.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Why it did not answer; null where it did.</summary>
    public string? Reason { get; init; }

    /// <summary>A part of the status, fit to be shown: see <see cref="VisibleText"/>.</summary>
    /// <param name="format"><c>endpoint</c>, <c>member</c>, <c>version</c>, or <c>problems</c> for what is wrong in one line; null, empty or <c>G</c> for the endpoint and what is wrong.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">There is no such format.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of(Wrong.Length == 0 ? Endpoint : $"{Endpoint}: {Wrong}"),
        "endpoint" => VisibleText.Of(Endpoint),
        "member" => VisibleText.Of(MemberId ?? ""),
        "version" => VisibleText.Of(Version),
        "problems" => VisibleText.Of(Wrong),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a member's status. Use endpoint, member, version or problems."),
    };

    /// <summary>The order in which to work on members one after another: the leader last, so that it changes at most once.</summary>
    /// <param name="statuses">The members.</param>
    public static IReadOnlyList<KvMemberStatus> InRollingOrder(IEnumerable<KvMemberStatus> statuses) =>
        [.. statuses.OrderBy(static status => status.IsLeader).ThenBy(static status => status.Endpoint, StringComparer.Ordinal)];

    private string Wrong => string.Join("; ", Reason is null ? Problems : [Reason]);
}

/// <summary>The hash of what an endpoint holds.</summary>
/// <param name="Endpoint">The endpoint's URL.</param>
/// <param name="Hash">The hash of all keys and values: on etcd from <see cref="CompactRevision"/> to <see cref="Revision"/>, of the embedded store as they are at that revision.</param>
/// <param name="Revision">The revision up to which it goes.</param>
/// <param name="CompactRevision">The revision before which history is forgotten; null where none has been. Hashes of different ones cannot be compared.</param>
public sealed record KvHash(string Endpoint, uint Hash, long Revision, long? CompactRevision) : IFormattable
{
    /// <summary>Those hashes that prove that members hold different data: of one revision and one compact revision, and not the same.</summary>
    /// <param name="hashes">Hashes of the members of one cluster.</param>
    /// <returns>All hashes of such a revision; empty where no two contradict each other.</returns>
    public static IReadOnlyList<KvHash> Contradicting(IEnumerable<KvHash> hashes) =>
        [.. hashes.GroupBy(static hash => (hash.Revision, hash.CompactRevision))
            .Where(static comparable => comparable.DistinctBy(static hash => hash.Hash).Skip(1).Any())
            .SelectMany(static comparable => comparable)];

    /// <summary>A part of the hash, fit to be shown: see <see cref="VisibleText"/>.</summary>
    /// <param name="format"><c>endpoint</c>; null, empty or <c>G</c> for the endpoint and the hash in hexadecimal.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">There is no such format.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of($"{Endpoint}: {Hash:x8}"),
        "endpoint" => VisibleText.Of(Endpoint),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a hash. Use endpoint."),
    };
}

/// <summary>An alarm of a cluster.</summary>
/// <param name="MemberId">The number of the member that raised it, in hexadecimal.</param>
/// <param name="Kind">What it is about: <c>NoSpace</c>, where the database is full and writes are refused, or <c>Corrupt</c>, where members hold different data.</param>
public sealed record KvAlarm(string MemberId, string Kind) : IFormattable
{
    /// <summary>A part of the alarm, fit to be shown: see <see cref="VisibleText"/>.</summary>
    /// <param name="format"><c>member</c> or <c>kind</c>; null, empty or <c>G</c> for both.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">There is no such format.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of($"{Kind} of {MemberId}"),
        "member" => VisibleText.Of(MemberId),
        "kind" => VisibleText.Of(Kind),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of an alarm. Use member or kind."),
    };
}
