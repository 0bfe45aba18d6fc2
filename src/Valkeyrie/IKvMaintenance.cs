namespace Valkeyrie;

/// <summary>The capability to maintain a store.</summary>
public interface IKvMaintenance
{
    /// <summary>Asks every endpoint for its status. An endpoint that does not answer has a status with a <see cref="KvMemberStatus.Reason"/>.</summary>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>One status for each endpoint, in the order of the answers.</returns>
    IAsyncEnumerable<KvMemberStatus> GetStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads the hash of all keys up to a revision from every endpoint. Members of one cluster must have the same hash.</summary>
    /// <param name="revision">The revision; null for the newest revision known to the first endpoint.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <exception cref="KvInvalidArgumentException">The revision is below 1.</exception>
    /// <exception cref="KvException">An endpoint did not answer, does not have the revision, or does not support hashes
    /// (<see cref="KvErrorCode.NotSupported"/>).</exception>
    ValueTask<IReadOnlyList<KvHash>> GetHashesAsync(long? revision = null, CancellationToken cancellationToken = default);

    /// <summary>Compacts the history: forgets the changes before a revision, which can then be neither read nor watched. The current value of each key
    /// remains.</summary>
    /// <param name="revision">The oldest revision to keep.</param>
    /// <param name="cancellationToken">Ends the call; the history may have been compacted.</param>
    /// <exception cref="KvInvalidArgumentException">The revision is below 1 or in the future.</exception>
    /// <exception cref="KvCompactedException">The history was already compacted up to this revision or a later one.</exception>
    ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default);

    /// <summary>Returns unused space of an endpoint's database to its disk. The endpoint does not answer in the meantime.</summary>
    /// <param name="endpoint">The endpoint, one of <see cref="KvStoreInfo.Endpoints"/>.</param>
    /// <param name="timeout">The longest duration; null for no limit.</param>
    /// <param name="cancellationToken">Ends the wait; the server continues.</param>
    /// <exception cref="KvInvalidArgumentException">The endpoint is not one of the store's.</exception>
    /// <exception cref="KvTimeoutException">The timeout passed first.</exception>
    /// <exception cref="KvException">The endpoint did not answer.</exception>
    ValueTask DefragmentAsync(string endpoint, TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Lists the active alarms.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="KvNotSupportedException">The store has no alarms, as the embedded store.</exception>
    ValueTask<IReadOnlyList<KvAlarm>> ListAlarmsAsync(CancellationToken cancellationToken = default);

    /// <summary>Clears an alarm. The server raises it again if the cause persists.</summary>
    /// <param name="alarm">The alarm.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="KvInvalidArgumentException">The member's number or the kind is not valid.</exception>
    /// <exception cref="KvNotSupportedException">The store has no alarms, as the embedded store.</exception>
    ValueTask ClearAlarmAsync(KvAlarm alarm, CancellationToken cancellationToken = default);
}

/// <summary>The complete status of a member.</summary>
/// <param name="Endpoint">The endpoint's URL, or the file.</param>
public sealed record KvMemberStatus(string Endpoint) : IFormattable
{
    /// <summary>The member's number in hexadecimal; null if it has none or did not answer.</summary>
    public string? MemberId { get; init; }

    /// <summary>The number of the leader; null if the member knows no leader.</summary>
    public string? LeaderId { get; init; }

    /// <summary>True for the leader.</summary>
    public bool IsLeader => MemberId is not null && MemberId == LeaderId;

    /// <summary>True for a member that does not vote yet.</summary>
    public bool IsLearner { get; init; }

    /// <summary>The server's version; empty if it did not answer.</summary>
    public string Version { get; init; } = "";

    /// <summary>The version of the database's format; empty if the server does not report it.</summary>
    public string StorageVersion { get; init; } = "";

    /// <summary>The newest revision known to the member.</summary>
    public long Revision { get; init; }

    /// <summary>The size of the database on the disk, in bytes.</summary>
    public long DatabaseSize { get; init; }

    /// <summary>The used part of the database, in bytes: its approximate size after defragmentation.</summary>
    public long DatabaseSizeInUse { get; init; }

    /// <summary>The largest size of the database, in bytes; null if the server does not report it.</summary>
    public long? DatabaseQuota { get; init; }

    /// <summary>The index of the newest entry in the Raft log.</summary>
    public long RaftIndex { get; init; }

    /// <summary>The index of the newest applied entry.</summary>
    public long RaftAppliedIndex { get; init; }

    /// <summary>The number of leader elections in the cluster so far.</summary>
    public long RaftTerm { get; init; }

    /// <summary>The problems that the server reports, such as an alarm or a missing leader.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>The reason why the member did not answer; null if it did.</summary>
    public string? Reason { get; init; }

    /// <summary>Formats a part of the status as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>endpoint</c>, <c>member</c>, <c>version</c>, or <c>problems</c> for the problems in one line; null, empty or <c>G</c> for the
    /// endpoint and the problems.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of(Wrong.Length == 0 ? Endpoint : $"{Endpoint}: {Wrong}"),
        "endpoint" => VisibleText.Of(Endpoint),
        "member" => VisibleText.Of(MemberId ?? ""),
        "version" => VisibleText.Of(Version),
        "problems" => VisibleText.Of(Wrong),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a member's status. Use endpoint, member, version or problems."),
    };

    /// <summary>Sorts members for work on one after another: the leader comes last, so that the leadership moves at most once.</summary>
    /// <param name="statuses">The members.</param>
    public static IReadOnlyList<KvMemberStatus> InRollingOrder(IEnumerable<KvMemberStatus> statuses) =>
        [.. statuses.OrderBy(static status => status.IsLeader).ThenBy(static status => status.Endpoint, StringComparer.Ordinal)];

    private string Wrong => string.Join("; ", Reason is null ? Problems : [Reason]);
}

/// <summary>The hash of an endpoint's data.</summary>
/// <param name="Endpoint">The endpoint's URL.</param>
/// <param name="Hash">The hash of all keys and values. etcd hashes the changes from <see cref="CompactRevision"/> to <see cref="Revision"/>, the embedded store
/// the pairs at that revision.</param>
/// <param name="Revision">The last revision that the hash covers.</param>
/// <param name="CompactRevision">The revision of the last compaction; null if there was none. Only hashes with the same compact revision can be
/// compared.</param>
public sealed record KvHash(string Endpoint, uint Hash, long Revision, long? CompactRevision) : IFormattable
{
    /// <summary>Selects the hashes which prove that members hold different data: same revision and compact revision, but different hashes.</summary>
    /// <param name="hashes">Hashes of the members of one cluster.</param>
    /// <returns>All hashes of each such revision; empty if no two hashes contradict each other.</returns>
    public static IReadOnlyList<KvHash> Contradicting(IEnumerable<KvHash> hashes) =>
        [.. hashes.GroupBy(static hash => (hash.Revision, hash.CompactRevision))
            .Where(static comparable => comparable.DistinctBy(static hash => hash.Hash).Skip(1).Any())
            .SelectMany(static comparable => comparable)];

    /// <summary>Formats a part of the hash as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>endpoint</c>; null, empty or <c>G</c> for the endpoint and the hash in hexadecimal.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of($"{Endpoint}: {Hash:x8}"),
        "endpoint" => VisibleText.Of(Endpoint),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a hash. Use endpoint."),
    };
}

/// <summary>An alarm of a cluster.</summary>
/// <param name="MemberId">The number of the member that raised it, in hexadecimal.</param>
/// <param name="Kind">The kind: <c>NoSpace</c> if the database is full and writes are refused, or <c>Corrupt</c> if members hold different data.</param>
public sealed record KvAlarm(string MemberId, string Kind) : IFormattable
{
    /// <summary>Formats a part of the alarm as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>member</c> or <c>kind</c>; null, empty or <c>G</c> for both.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of($"{Kind} of {MemberId}"),
        "member" => VisibleText.Of(MemberId),
        "kind" => VisibleText.Of(Kind),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of an alarm. Use member or kind."),
    };
}
