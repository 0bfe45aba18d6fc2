namespace Valkeyrie;

/// <summary>Options of a write.</summary>
public sealed record KvPutOptions
{
    /// <summary>The time to live of the key; null (the default) for a key that does not expire. A fraction of a second is rounded up; zero or less is refused.
    /// A store can lengthen a very short time: the shortest of etcd is one and a half election timeouts.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>True to keep the key alive until the store is closed, or until a client overwrites or removes the key; requires <see cref="Ttl"/>.
    /// Default: false.</summary>
    public bool KeepAlive { get; init; }

    /// <summary>The lease that the key is attached to; null (the default) for none. Cannot be combined with <see cref="Ttl"/>.</summary>
    public long? LeaseId { get; init; }

    /// <summary>True to create a directory, on stores with real directories (<see cref="KvPromises.RealDirectories"/>). Such a store creates the
    /// directory. If its directories hold no values, a value that is not empty is not stored, and <see cref="Warn"/> is called. All other stores write
    /// the pair as if this were false, which is the default.</summary>
    public bool Directory { get; init; }

    /// <summary>Called before the call returns, on any thread, if the call succeeded but did not do everything that was requested. Null (the default): nothing
    /// is called.</summary>
    public Action<KvWarning>? Warn { get; init; }
}

/// <summary>Options of a read.</summary>
public record KvReadOptions
{
    /// <summary>Read at this older revision, from 1; null (the default) for the newest.</summary>
    public long? Revision { get; init; }

    /// <summary>True to let any member answer from its own state, which is faster but can be stale. Default: false, linearizable.</summary>
    public bool Serializable { get; init; }
}

/// <summary>Options of a listing.</summary>
public sealed record KvListOptions : KvReadOptions
{
    /// <summary>True to leave the values out (<see cref="KvPair.KeyOnly"/>). Default: false.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>Only keys that the listing gives after this one: greater ones, and smaller ones with <see cref="Descending"/>. The key need not exist. Null (the
    /// default): from the beginning. Where no key is left, nothing is listed, whether or not the directory exists.</summary>
    public string? After { get; init; }

    /// <summary>True for the order of keys from the last to the first. Default: false. A store without <see cref="KvPromises.DescendingListings"/> reads the whole
    /// range for it and needs a <see cref="Limit"/>, since it keeps so many pairs in memory.</summary>
    public bool Descending { get; init; }

    /// <summary>How many levels to go down below those keys that lie right in the range, from 0: with 0 a directory's keys without a further slash. Null (the
    /// default) for all levels.</summary>
    public int? Depth { get; init; }

    /// <summary>Only pairs that were written after this revision, from 0; null (the default) for all. The listing does not contain keys that were removed since; a watch reports those.
    /// etcd and the embedded store choose by it before they send anything; the others read the whole range.</summary>
    public long? ChangedSince { get; init; }

    /// <summary>Only keys for which this is true; null (the default) for all. Called for each key that the other options leave, one at a time, on any thread. The
    /// whole range is read, page by page.</summary>
    public Func<string, bool>? KeyFilter { get; init; }

    /// <summary>The most pairs to give, from 1, of those that the other options leave; null (the default) for all.</summary>
    public long? Limit { get; init; }
}

/// <summary>Options of a watch.</summary>
public sealed record KvWatchOptions
{
    /// <summary>True to leave out the pairs that exist when the watch begins. Default: false.</summary>
    public bool ChangesOnly { get; init; }

    /// <summary>Replay every change from this revision on, without <see cref="KvEventType.Existing"/> events, from 1; null (the default) to begin now. A
    /// revision that the store has not reached, beyond the next one, is a <see cref="KvHistoryChangedException"/>.</summary>
    public long? FromRevision { get; init; }

    /// <summary>True to carry the pair before each change along. Default: false.</summary>
    public bool PreviousValue { get; init; }

    /// <summary>True to go on with a fresh listing (<see cref="KvEventType.Resync"/>) where the changes in between are no longer kept, or the
    /// store has another history now, instead of ending with <see cref="KvCompactedException"/> or <see cref="KvHistoryChangedException"/>.
    /// Default: false.</summary>
    public bool Resynchronize { get; init; }

    /// <summary>True to tell of outages: <see cref="KvEventType.Outage"/> once when the store cannot be followed any more, and
    /// <see cref="KvEventType.Resumed"/> when it can again. A connection that breaks and is restored at once does not count as an outage. Default: false.</summary>
    public bool Outages { get; init; }

    /// <summary>True to tell by <see cref="KvEventType.Listed"/> where the <see cref="KvEventType.Existing"/> events end, also if there are none. Default: false.</summary>
    public bool ListingEnds { get; init; }
}

/// <summary>Which keys a lock is made of, and so with whose locks it excludes.</summary>
public enum KvLockForm
{
    /// <summary>A lock of this library: beside the key, whatever lies in the directory of its name.</summary>
    Beside,

    /// <summary>The lock of <c>etcdctl lock NAME</c> and of the Mutex in etcd's Go package <c>concurrency</c>: its contenders are the keys in the directory of the
    /// locked key, <c>NAME/LEASE</c>. Any other key there is waited for, too, as those do. On etcd v3 and the embedded store.</summary>
    EtcdMutex,

    /// <summary>The lock of <c>consul lock NAME</c> and of <c>Lock</c> in Consul's Go package <c>api</c>: the key <c>NAME/.lock</c>, held by a session. On Consul.</summary>
    ConsulLock,
}

/// <summary>Options of a lock.</summary>
public sealed record KvLockOptions
{
    /// <summary>The default time to live: 20 seconds.</summary>
    public static readonly TimeSpan DefaultTtl = TimeSpan.FromSeconds(20);

    /// <summary>The owner of locks where none is specified: the user and the machine, as in <c>user@machine</c>.</summary>
    public static readonly string DefaultOwner = $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>Who holds the lock, or waits for it, as <see cref="IKvLockStatus"/> tells others. Default: <see cref="DefaultOwner"/>. Stores without
    /// <see cref="IKvLockStatus"/> do not keep it.</summary>
    public string Owner { get; init; } = DefaultOwner;

    /// <summary>A value to put on the locked key in the step that takes the lock; null (the default) leaves the key alone.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>How long the lock outlives its holder, should the holder die. Default: 20 seconds. A fraction of a second is rounded up.</summary>
    public TimeSpan Ttl { get; init; } = DefaultTtl;

    /// <summary>How long to wait for the lock; null (the default) for ever. Zero: take it now or fail. At most
    /// <see cref="KvStoreOptions.LongestTimeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>True to remove the locked key in the step that releases the lock. Default: false.</summary>
    public bool DeleteOnUnlock { get; init; }

    /// <summary>Which keys the lock is made of. Default: <see cref="KvLockForm.Beside"/>. A store that does not have the form refuses it with
    /// <see cref="KvNotSupportedException"/>.</summary>
    public KvLockForm Form { get; init; }
}
