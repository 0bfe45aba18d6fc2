namespace Valkeyrie;

/// <summary>The capability to hold elections. Of all contenders that campaign under one name, one leads at a time and proclaims a value, such as its address,
/// to the others.</summary>
/// <remarks>
/// <para>Each contender creates a key with its value directly below the election's name. The contender whose key was created first leads; the others follow in
/// that order.</para>
/// <para>etcd v3 and the embedded store use the recipe of etcd's Go package <c>concurrency</c>. Programs that use that package, and <c>etcdctl elect</c>, take
/// part in the same elections; the key is <c>NAME/LEASE</c>. Choose a name under which nothing else is stored: any older key in the directory <c>NAME</c>
/// counts as a contender there. On Consul the key is <c>NAME/SESSION</c>. On ZooKeeper it is an ephemeral, sequential node, as in Curator's
/// LeaderSelector.</para>
/// </remarks>
public interface IKvElections
{
    /// <summary>Campaigns in an election: waits until this contender leads, then keeps the leadership until it resigns.</summary>
    /// <param name="name">The election.</param>
    /// <param name="value">The value that others read while this contender leads, such as its address. <see cref="KvLeadership.ProclaimAsync"/> changes
    /// it.</param>
    /// <param name="options">Time to live and timeout; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait and leaves nothing in the store.</param>
    /// <returns>The leadership; dispose it to resign.</returns>
    /// <exception cref="KvInvalidArgumentException">The name breaks a rule of <see cref="KeyRules"/>, or an option is not valid.</exception>
    /// <exception cref="KvNotElectedException">The timeout passed while another contender led.</exception>
    /// <exception cref="KvTimeoutException">The timeout passed without an answer from the store.</exception>
    ValueTask<KvLeadership> CampaignAsync(string name, ReadOnlyMemory<byte> value, KvCampaignOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Reads the leader of an election and the waiting contenders.</summary>
    /// <param name="name">The election.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The election; null if it has no contender.</returns>
    ValueTask<KvElection?> TryGetElectionAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Streams the elections that have a contender, in no particular order.</summary>
    /// <remarks>Reads every key of the range. Keys in the form of an election count as one, so a mutex of etcd's tools, which uses the same form, is listed
    /// too.</remarks>
    /// <param name="range">The range of the elections' names.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<KvElection> ListElectionsAsync(KvRange range, CancellationToken cancellationToken = default);

    /// <summary>Follows the leader of an election: first the current leader, or a vacant election, then every change of the leader and of its value, in
    /// order.</summary>
    /// <remarks>The watch survives a broken connection and a change of the cluster's leader. If the changes in between are no longer kept, it continues with
    /// the current leader. If <see cref="KvPromises.EveryChange"/> is false, it can omit leaders that followed each other quickly. Outages have separate
    /// events. The watch ends when the token is cancelled or the store is closed.</remarks>
    /// <param name="name">The election; it need not have a contender.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    IAsyncEnumerable<KvElectionEvent> WatchElectionAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Checks whether a pair of this store is the key of a contender, which exists only as long as its contender. Copies, exports, comparisons and
    /// mirrors of trees omit such keys: a copy of one would be a contender that never resigns.</summary>
    /// <remarks>A lock of etcd's tools (<see cref="KvLockForm.EtcdMutex"/>) has keys of the same form. Sends no request.</remarks>
    /// <param name="pair">The pair, as the store returned it. Without the value it may not contain the lease (etcd 3.7), so it is not recognized.</param>
    bool IsContender(KvPair pair);
}

/// <summary>Options of a campaign.</summary>
public sealed record KvCampaignOptions
{
    /// <summary>The default time to live: 20 seconds.</summary>
    public static readonly TimeSpan DefaultTtl = KvLockOptions.DefaultTtl;

    /// <summary>The time for which the leadership remains if the leader dies. A fraction of a second is rounded up. Default: 20 seconds.</summary>
    public TimeSpan Ttl { get; init; } = DefaultTtl;

    /// <summary>The longest wait for the leadership, at most <see cref="KvStoreOptions.LongestTimeout"/>. Zero: lead at once or fail. Default: null, no
    /// limit.</summary>
    public TimeSpan? Timeout { get; init; }
}
