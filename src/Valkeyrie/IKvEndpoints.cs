namespace Valkeyrie;

/// <summary>The capability to check each endpoint of a store separately. All stores of this library have it.</summary>
public interface IKvEndpoints
{
    /// <summary>Checks all endpoints at once.</summary>
    /// <remarks>An endpoint that cannot be reached has a status too, whose <see cref="KvEndpointStatus.Reason"/> states why. If you stop reading the stream,
    /// the remaining calls end.</remarks>
    /// <param name="timeout">The longest wait for each endpoint. Default: null, the store's <see cref="KvStoreOptions.Timeout"/>.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>One status for each endpoint, in the order of the answers.</returns>
    /// <exception cref="KvInvalidArgumentException">The timeout is zero or less.</exception>
    IAsyncEnumerable<KvEndpointStatus> CheckEndpointsAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default);
}

/// <summary>The status of one endpoint of a store.</summary>
/// <param name="Endpoint">The endpoint's URL, or the file.</param>
public sealed record KvEndpointStatus(string Endpoint) : IFormattable
{
    /// <summary>True if the endpoint answered, even if it refused the user.</summary>
    public bool IsReachable { get; init; }

    /// <summary>The duration of one request and its answer, on an open connection; null if the endpoint did not answer.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>The server's version; empty if not known.</summary>
    public string Version { get; init; } = "";

    /// <summary>The newest revision known to this endpoint; null if the server does not report it to this user.</summary>
    public long? Revision { get; init; }

    /// <summary>True for the leader of a cluster, false for the other members; null for a store without a cluster, or if not known.</summary>
    public bool? IsLeader { get; init; }

    /// <summary>True for a member that does not vote yet.</summary>
    public bool IsLearner { get; init; }

    /// <summary>The member's number in hexadecimal, as etcd's tools show it; null if not known.</summary>
    public string? MemberId { get; init; }

    /// <summary>The number of the leader as this member knows it; null if it knows of no leader.</summary>
    public string? LeaderId { get; init; }

    /// <summary>The number of the cluster in hexadecimal; null if not known.</summary>
    public string? ClusterId { get; init; }

    /// <summary>The number of leader elections in the cluster so far; null if not known.</summary>
    public long? RaftTerm { get; init; }

    /// <summary>The size of the database on the endpoint's disk, in bytes; null if not known.</summary>
    public long? DatabaseSize { get; init; }

    /// <summary>The problems that the server reports, such as an alarm or a missing leader.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>The kind of failure; null if the endpoint answered every request.</summary>
    public KvErrorCode? ErrorCode { get; init; }

    /// <summary>The reason why the endpoint did not answer, or not completely; null if it did.</summary>
    public string? Reason { get; init; }

    /// <summary>True if the endpoint serves this user's requests: it answered, did not refuse the user, and knows a leader if it belongs to a
    /// cluster.</summary>
    public bool IsServing => IsReachable && ErrorCode is null or KvErrorCode.PermissionDenied && !HasNoLeader;

    /// <summary>The endpoint and whether it serves, in words.</summary>
    public override string ToString() => IsServing ? $"{Endpoint} serves" : $"{Endpoint} does not serve: {string.Join("; ", Wrong())}";

    /// <summary>Formats a part of the status as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>endpoint</c>, <c>version</c>, or <c>reason</c> for the reason and the problems in one line; null, empty or <c>G</c> for the text
    /// of <see cref="ToString()"/>.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of(ToString()),
        "endpoint" => VisibleText.Of(Endpoint),
        "version" => VisibleText.Of(Version),
        "reason" => VisibleText.Of(string.Join("; ", Wrong())),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of an endpoint's status. Use endpoint, version or reason."),
    };

    private IEnumerable<string> Wrong() => Reason is null ? Problems : Problems.Prepend(Reason);

    /// <summary>True if the endpoint belongs to a cluster and knows no leader.</summary>
    private bool HasNoLeader => IsLeader is not null && LeaderId is null;
}
