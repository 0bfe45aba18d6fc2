namespace Valkeyrie;

/// <summary>Stores that can ask each of their endpoints by itself how it is. All that come with this library can.</summary>
public interface IKvEndpoints
{
    /// <summary>Asks all endpoints at once.</summary>
    /// <remarks>An endpoint that cannot be reached is a status like any other: its <see cref="KvEndpointStatus.Reason"/> says why. Whoever stops reading
    /// ends the calls that still run.</remarks>
    /// <param name="timeout">How long each endpoint is waited for; null (the default) for the store's own <see cref="KvStoreOptions.Timeout"/>.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>One status for each endpoint, in the order of the answers.</returns>
    /// <exception cref="KvInvalidArgumentException">The timeout is zero or less.</exception>
    IAsyncEnumerable<KvEndpointStatus> CheckEndpointsAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default);
}

/// <summary>How one endpoint of a store is.</summary>
/// <param name="Endpoint">The endpoint's URL, or the file.</param>
public sealed record KvEndpointStatus(string Endpoint) : IFormattable
{
    /// <summary>True if the endpoint answered, even if it refused the user.</summary>
    public bool IsReachable { get; init; }

    /// <summary>How long one request and its answer took, on a connection that stood already; null where nothing answered.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>The server's version; empty where it is not known.</summary>
    public string Version { get; init; } = "";

    /// <summary>The newest revision that this endpoint knows of; null where it does not tell this user.</summary>
    public long? Revision { get; init; }

    /// <summary>True for the leader of a cluster, false for its other members; null for a store without a cluster, and where it is not known.</summary>
    public bool? IsLeader { get; init; }

    /// <summary>True for a member that does not vote yet.</summary>
    public bool IsLearner { get; init; }

    /// <summary>The member's number in hexadecimal, as etcd's own tools show it; null where there is none or it is not known.</summary>
    public string? MemberId { get; init; }

    /// <summary>The number of the member that this one takes for the leader; null where it knows of none.</summary>
    public string? LeaderId { get; init; }

    /// <summary>The number of the cluster in hexadecimal; null where there is none or it is not known.</summary>
    public string? ClusterId { get; init; }

    /// <summary>How often the cluster has elected a leader; null where it is not known.</summary>
    public long? RaftTerm { get; init; }

    /// <summary>The size of the database on the endpoint's disk in bytes; null where it is not known.</summary>
    public long? DatabaseSize { get; init; }

    /// <summary>What the server itself reports as wrong, such as an alarm or a missing leader.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>The kind of failure; null where all was answered.</summary>
    public KvErrorCode? ErrorCode { get; init; }

    /// <summary>Why the endpoint did not answer, or not all that was asked; null where it did.</summary>
    public string? Reason { get; init; }

    /// <summary>True if the endpoint serves this user's requests: it answered, did not refuse the user, and knows of a leader if there has to be one.</summary>
    public bool IsServing => IsReachable && ErrorCode is null or KvErrorCode.PermissionDenied && !HasNoLeader;

    /// <summary>The endpoint and whether it serves, in words.</summary>
    public override string ToString() => IsServing ? $"{Endpoint} serves" : $"{Endpoint} does not serve: {string.Join("; ", Wrong())}";

    /// <summary>A part of the status, fit to be shown: see <see cref="VisibleText"/>.</summary>
    /// <param name="format"><c>endpoint</c>, <c>version</c>, or <c>reason</c> for the reason and the problems in one line; null, empty or <c>G</c> for all in words.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">There is no such format.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of(ToString()),
        "endpoint" => VisibleText.Of(Endpoint),
        "version" => VisibleText.Of(Version),
        "reason" => VisibleText.Of(string.Join("; ", Wrong())),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of an endpoint's status. Use endpoint, version or reason."),
    };

    private IEnumerable<string> Wrong() => Reason is null ? Problems : Problems.Prepend(Reason);

    /// <summary>True if the endpoint belongs to a cluster that it knows no leader of.</summary>
    private bool HasNoLeader => IsLeader is not null && LeaderId is null;
}
