namespace Valkeyrie;

/// <summary>Stores with elections: of all who campaign under one name, one leads at a time, and tells the others by a value who it is.</summary>
/// <remarks>
/// <para>Each contender puts a key with its value right below the election's name, and the one whose key was created first leads; the others lead in turn.</para>
/// <para>etcd v3 and the embedded store follow the recipe of etcd's Go package <c>concurrency</c>, so that programs that use it, and <c>etcdctl elect</c>, take part
/// in the same elections; the key is <c>NAME/LEASE</c>. Choose a name under which nothing else is stored: any older key in the directory <c>NAME</c> counts as a
/// contender there. On Consul the key is <c>NAME/SESSION</c>; on ZooKeeper it is an ephemeral, numbered node, as those of Curator's LeaderSelector.</para>
/// </remarks>
public interface IKvElections
{
    /// <summary>Takes part in an election: waits until this contender leads, then keeps it leading until it resigns.</summary>
    /// <param name="name">The election.</param>
    /// <param name="value">What others read of the leader, such as its address. <see cref="KvLeadership.ProclaimAsync"/> changes it.</param>
    /// <param name="options">Time to live and timeout; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait. Nothing stays behind.</param>
    /// <returns>The leadership; dispose it to resign.</returns>
    /// <exception cref="KvNotElectedException">The timeout passed while another led.</exception>
    /// <exception cref="KvTimeoutException">The timeout passed while the store gave no answer.</exception>
    ValueTask<KvLeadership> CampaignAsync(string name, ReadOnlyMemory<byte> value, KvCampaignOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Tells who leads in an election and who waits.</summary>
    /// <param name="name">The election.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The election; null if nobody takes part in it.</returns>
    ValueTask<KvElection?> TryGetElectionAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Streams the elections in which somebody takes part, in no promised order.</summary>
    /// <remarks>Looks at every key of the range. What has the shape of an election counts as one: a mutex of etcd's tools is made of the same keys.</remarks>
    /// <param name="range">Where the names of the elections lie.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<KvElection> ListElectionsAsync(KvRange range, CancellationToken cancellationToken = default);

    /// <summary>Follows who leads: first the leader as it is, or that there is none, then every change of the leader and of its value, in order.</summary>
    /// <remarks>The watch survives a broken connection and a change of the cluster's leader. Where changes in between are no longer kept it goes on with
    /// the leader as it is then; where <see cref="KvPromises.EveryChange"/> is not promised, leaders that followed each other soon may be left out. Outages have separate events. It ends when the token is cancelled or the store is closed.</remarks>
    /// <param name="name">The election; nobody need take part.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    IAsyncEnumerable<KvElectionEvent> WatchElectionAsync(string name, CancellationToken cancellationToken = default);
}

/// <summary>Options of a campaign.</summary>
public sealed record KvCampaignOptions
{
    /// <summary>The default time to live: 20 seconds.</summary>
    public static readonly TimeSpan DefaultTtl = KvLockOptions.DefaultTtl;

    /// <summary>How long the leadership outlives its leader, should the leader die. Default: 20 seconds. A fraction of a second is rounded up.</summary>
    public TimeSpan Ttl { get; init; } = DefaultTtl;

    /// <summary>How long to wait for the leadership; null (the default) for ever. Zero: lead now or fail. At most
    /// <see cref="KvStoreOptions.LongestTimeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }
}
