namespace Valkeyrie;

/// <summary>Options of a write.</summary>
public sealed record KvPutOptions
{
    /// <summary>The time to live of the key. A fraction of a second is rounded up; zero or less is refused. A store can lengthen a very short time: the minimum
    /// of etcd is one and a half election timeouts. Default: null, the key does not expire.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>True to keep the key alive until the store is closed, or until a client overwrites or removes the key; requires <see cref="Ttl"/>. During an
    /// outage the renewal is retried until the store reports that the key has expired; on ZooKeeper, for the time to live. Default: false.</summary>
    public bool KeepAlive { get; init; }

    /// <summary>Called on any thread, at most once, if a key with <see cref="KeepAlive"/> is lost: it expired, or its lease ended, although this store was neither
    /// closed nor asked to end it. Not called after this store or a client has overwritten or removed the key; on ZooKeeper, a removal by another client before
    /// the end of the session counts as a loss. An exception of the callback is ignored. Default: null, no callback.</summary>
    public Action<KvKeepAliveLoss>? Lost { get; init; }

    /// <summary>The lease to attach the key to. Cannot be combined with <see cref="Ttl"/>. Default: null, none.</summary>
    public long? LeaseId { get; init; }

    /// <summary>True to create a directory, on stores with real directories (<see cref="KvPromises.RealDirectories"/>). If the directories of such a store hold
    /// no values, a value that is not empty is not stored, and <see cref="Warn"/> is called. All other stores write the pair and ignore this option. Default:
    /// false.</summary>
    public bool Directory { get; init; }

    /// <summary>Called before the call returns, on any thread, if the call succeeded but did not do everything that was requested. Default: null, no
    /// callback.</summary>
    public Action<KvWarning>? Warn { get; init; }
}

/// <summary>Options of a read.</summary>
public record KvReadOptions
{
    /// <summary>The older revision to read at, from 1. Default: null, the newest.</summary>
    public long? Revision { get; init; }

    /// <summary>True to let any member answer from its own state (serializable), which is faster but can be stale. Default: false, linearizable.</summary>
    public bool Serializable { get; init; }
}

/// <summary>Options of a listing.</summary>
public sealed record KvListOptions : KvReadOptions
{
    /// <summary>True to omit the values (<see cref="KvPair.KeyOnly"/>). Default: false.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>Starts the listing after this key: with greater keys, or with smaller keys if <see cref="Descending"/> is true. The key need not exist. If no
    /// key follows, the listing is empty, whether or not the directory exists. Default: null, from the beginning.</summary>
    public string? After { get; init; }

    /// <summary>True to list from the last key to the first. A store without <see cref="KvPromises.DescendingListings"/> reads the whole range for this and
    /// requires a <see cref="Limit"/>, because it keeps that many pairs in memory. Default: false.</summary>
    public bool Descending { get; init; }

    /// <summary>The number of levels to list below the range's first level, from 0: with 0 a directory's keys without a further slash. Default: null, all
    /// levels.</summary>
    public int? Depth { get; init; }

    /// <summary>Lists only pairs written after this revision, from 0. Keys removed since are not listed; a watch reports those. etcd and the embedded store
    /// filter on the server's side; the others read the whole range. Default: null, all pairs.</summary>
    public long? ChangedSince { get; init; }

    /// <summary>Lists only keys for which this function returns true. It is called for each key that the other options select, one at a time, on any thread.
    /// The whole range is read, page by page. Default: null, all keys.</summary>
    public Func<string, bool>? KeyFilter { get; init; }

    /// <summary>The maximum number of pairs to return, from 1, after all other options are applied. Default: null, all.</summary>
    public long? Limit { get; init; }
}

/// <summary>Options of a watch.</summary>
public sealed record KvWatchOptions
{
    /// <summary>True to omit the pairs that exist when the watch begins. Default: false.</summary>
    public bool ChangesOnly { get; init; }

    /// <summary>Replays every change from this revision on, from 1, without <see cref="KvEventType.Existing"/> events. A revision beyond the store's next one
    /// ends the watch with <see cref="KvHistoryChangedException"/>. Default: null, begin now.</summary>
    public long? FromRevision { get; init; }

    /// <summary>True to include the pair before each change. Default: false.</summary>
    public bool PreviousValue { get; init; }

    /// <summary>True to continue with a new listing (<see cref="KvEventType.Resync"/>) if the changes in between are no longer kept, or if the store has
    /// another history. If false (the default), the watch ends with <see cref="KvCompactedException"/> or <see cref="KvHistoryChangedException"/>.</summary>
    public bool Resynchronize { get; init; }

    /// <summary>True to report outages: <see cref="KvEventType.Outage"/> once when the store can no longer be followed, and <see cref="KvEventType.Resumed"/>
    /// when it can again. A connection that breaks and is restored at once is not an outage. Default: false.</summary>
    public bool Outages { get; init; }

    /// <summary>True to report the end of the <see cref="KvEventType.Existing"/> events with <see cref="KvEventType.Listed"/>, even if there were none.
    /// Default: false.</summary>
    public bool ListingEnds { get; init; }
}

/// <summary>The keys that a lock consists of. Locks exclude each other only if they have the same form.</summary>
public enum KvLockForm
{
    /// <summary>The lock of this library. Its lock keys are next to the locked key, so the keys in the directory of its name do not matter.</summary>
    Beside,

    /// <summary>The lock of <c>etcdctl lock NAME</c> and of the Mutex in etcd's Go package <c>concurrency</c>, on etcd v3 and the embedded store. Its
    /// contenders are the keys in the directory of the locked key, <c>NAME/LEASE</c>. As in those tools, the lock also waits for any other key there.</summary>
    EtcdMutex,

    /// <summary>The lock of <c>consul lock NAME</c> and of <c>Lock</c> in Consul's Go package <c>api</c>: the key <c>NAME/.lock</c>, held by a session. Only on
    /// Consul.</summary>
    ConsulLock,
}

/// <summary>Options of a lock.</summary>
public sealed record KvLockOptions
{
    /// <summary>The default time to live: 20 seconds.</summary>
    public static readonly TimeSpan DefaultTtl = TimeSpan.FromSeconds(20);

    /// <summary>The default owner of locks: the user and the machine, as in <c>user@machine</c>.</summary>
    public static readonly string DefaultOwner = $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>The name under which <see cref="IKvLockStatus"/> shows the holder or the waiting contender to others. Stores without
    /// <see cref="IKvLockStatus"/> do not keep it. Default: <see cref="DefaultOwner"/>.</summary>
    public string Owner { get; init; } = DefaultOwner;

    /// <summary>The value to write to the locked key in the step that takes the lock. Default: null, the key is not written.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>The time for which the lock remains if its holder dies. A fraction of a second is rounded up. Default: 20 seconds.</summary>
    public TimeSpan Ttl { get; init; } = DefaultTtl;

    /// <summary>The longest wait for the lock, at most <see cref="KvStoreOptions.LongestTimeout"/>. Zero: take it at once or fail. Default: null, no
    /// limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>True to remove the locked key in the step that releases the lock. Default: false.</summary>
    public bool DeleteOnUnlock { get; init; }

    /// <summary>The keys that the lock consists of. A store that does not support the form refuses it with <see cref="KvNotSupportedException"/>. Default:
    /// <see cref="KvLockForm.Beside"/>.</summary>
    public KvLockForm Form { get; init; }
}
