namespace Valkeyrie.Engine;

/// <summary>The rules of options, in one place for every store. A store asks them before it sends anything.</summary>
public static class OptionRules
{
    // etcd's lease.MaxLeaseTTL.
    private const long MaxTtlSeconds = 9_000_000_000;

    /// <summary>A time to live in whole seconds, a fraction rounded up.</summary>
    /// <param name="ttl">The time to live.</param>
    /// <param name="key">The key it is for.</param>
    /// <exception cref="KvInvalidArgumentException">It is zero or less, or longer than etcd can hold (9,000,000,000 seconds).</exception>
    public static long TtlSeconds(TimeSpan ttl, string? key = null)
    {
        if (ttl <= TimeSpan.Zero)
        {
            throw Refused(nameof(KvPutOptions.Ttl), key, $"The time to live must be greater than zero; it is {ttl}. Omit it for a key that does not expire.");
        }

        var seconds = (ttl.Ticks - 1) / TimeSpan.TicksPerSecond + 1;
        return seconds <= MaxTtlSeconds
            ? seconds
            : throw Refused(nameof(KvPutOptions.Ttl), key, $"The time to live must be at most {MaxTtlSeconds} seconds, the longest that etcd supports; it is {ttl}.");
    }

    /// <summary>Refuses options of a write that contradict each other, or a time to live that no store takes.</summary>
    /// <param name="key">The key to be written.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="KvInvalidArgumentException">A time to live is zero or less, too long, or beside a lease; or a key is to be kept alive without one.</exception>
    public static void CheckPut(string key, KvPutOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Ttl is { } ttl)
        {
            TtlSeconds(ttl, key);
            if (options.LeaseId is not null)
            {
                throw Refused(nameof(KvPutOptions.LeaseId), key, "Specify a time to live or a lease, not both.");
            }
        }
        else if (options.KeepAlive)
        {
            throw Refused(nameof(KvPutOptions.KeepAlive), key, "Keep-alive requires a time to live. Specify both.");
        }

        if (options.LeaseId is { } leaseId)
        {
            CheckLease(leaseId);
        }
    }

    /// <summary>Refuses a lease's number that stands for no lease.</summary>
    /// <param name="leaseId">The lease.</param>
    /// <exception cref="KvInvalidArgumentException">The number is 0.</exception>
    public static void CheckLease(long leaseId)
    {
        if (leaseId == 0)
        {
            throw Refused(nameof(KvPutOptions.LeaseId), null, "The number of a lease must not be 0, which stands for no lease.");
        }
    }

    /// <summary>Refuses a revision that no store has.</summary>
    /// <param name="options">The options of a read.</param>
    /// <exception cref="KvInvalidArgumentException">The revision is below 1.</exception>
    public static void CheckRead(KvReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckRevision(options.Revision, nameof(KvReadOptions.Revision));
    }

    /// <summary>Refuses to read at an older revision, for a store that keeps none.</summary>
    /// <param name="options">The options of a read.</param>
    /// <param name="store">The store.</param>
    /// <param name="why">Why it cannot, as the end of a sentence.</param>
    /// <exception cref="KvNotSupportedException">A revision is specified.</exception>
    public static void RefuseOlderRevision(KvReadOptions options, KvStoreInfo store, string why)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Revision is not null)
        {
            throw new KvNotSupportedException($"reading at an older revision: {why}", store);
        }
    }

    /// <summary>Refuses a revision that no store has, a limit that leaves nothing, and a depth above the range.</summary>
    /// <param name="options">The options of a listing.</param>
    /// <exception cref="KvInvalidArgumentException">The revision or the limit is below 1, or the depth or the revision of the last change below 0.</exception>
    public static void CheckList(KvListOptions options)
    {
        CheckRead(options);
        if (options.Limit < 1)
        {
            throw Refused(nameof(KvListOptions.Limit), null, $"The limit must be at least 1; it is {options.Limit}. Use null for all.");
        }

        if (options.Depth < 0)
        {
            throw Refused(nameof(KvListOptions.Depth), null, $"The depth must be at least 0; it is {options.Depth}. Use null for all levels.");
        }

        if (options.ChangedSince < 0)
        {
            throw Refused(nameof(KvListOptions.ChangedSince), null, $"The revision must be at least 0; it is {options.ChangedSince}. Specify the revision after which the pairs were written.");
        }
    }

    /// <summary>Refuses a revision that no store has.</summary>
    /// <param name="options">The options of a watch.</param>
    /// <exception cref="KvInvalidArgumentException">The revision to begin at is below 1.</exception>
    public static void CheckWatch(KvWatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckRevision(options.FromRevision, nameof(KvWatchOptions.FromRevision));
    }

    /// <summary>Refuses a revision on which no write can depend.</summary>
    /// <param name="key">The key to be written.</param>
    /// <param name="revision">The revision that the key must have; 0: it must not exist.</param>
    /// <exception cref="KvInvalidArgumentException">The revision is below 0.</exception>
    public static void CheckAtomicPut(string key, long revision)
    {
        if (revision < 0)
        {
            throw Refused(nameof(revision), key, $"The revision must be at least 0; it is {revision}. Specify the revision that the key must have, or 0 for a key that must not exist.");
        }
    }

    /// <summary>Refuses a revision on which no removal can depend.</summary>
    /// <param name="key">The key to be removed.</param>
    /// <param name="revision">The revision that the key must have.</param>
    /// <exception cref="KvInvalidArgumentException">The revision is below 0.</exception>
    /// <exception cref="KvException">The revision is 0 (<see cref="KvErrorCode.PreviousNotSpecified"/>).</exception>
    public static void CheckAtomicDelete(string key, long revision)
    {
        CheckAtomicPut(key, revision);
        if (revision == 0)
        {
            throw new KvException(KvErrorCode.PreviousNotSpecified, $"The previous revision of the key '{key}' was not specified. Read the key and pass its Revision.") { Key = key };
        }
    }

    /// <summary>Refuses a time to live or a timeout that no store takes.</summary>
    /// <param name="key">The key to be locked.</param>
    /// <param name="options">The options of the lock.</param>
    /// <returns>The time to live in whole seconds, a fraction rounded up.</returns>
    /// <exception cref="KvInvalidArgumentException">The time to live is zero or less or too long, or the timeout is below zero or too long.</exception>
    public static long CheckLock(string key, KvLockOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckWait(options.Timeout, "lock", key);
        return TtlSeconds(options.Ttl, key);
    }

    /// <summary>Refuses a form of lock that a store does not have.</summary>
    /// <param name="key">The key to be locked.</param>
    /// <param name="options">The options of the lock.</param>
    /// <param name="store">The store that is asked for the lock.</param>
    /// <param name="forms">The forms that it has.</param>
    /// <exception cref="KvNotSupportedException">The form is none of them.</exception>
    public static void RequireForm(string key, KvLockOptions options, KvStoreInfo store, params KvLockForm[] forms)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (Array.IndexOf(forms, options.Form) >= 0)
        {
            return;
        }

        throw new KvNotSupportedException(
            options.Form switch
            {
                KvLockForm.EtcdMutex => "etcd's own mutex, which needs leases",
                KvLockForm.ConsulLock => "the lock of 'consul lock', which needs Consul's sessions",
                _ => $"the lock form {options.Form}",
            },
            store) { Key = key };
    }

    /// <summary>Refuses a timeout that nobody can wait for.</summary>
    /// <param name="timeout">The timeout; null to wait for ever.</param>
    /// <param name="what">What is waited for, as in "lock".</param>
    /// <param name="key">The key or name that it is about.</param>
    /// <exception cref="KvInvalidArgumentException">The timeout is below zero or too long.</exception>
    public static void CheckWait(TimeSpan? timeout, string what, string key)
    {
        if (timeout < TimeSpan.Zero)
        {
            throw Refused(nameof(KvLockOptions.Timeout), key, $"The timeout of the {what} must be zero or more; it is {timeout}. Omit it to wait without a limit.");
        }

        if (timeout > KvStoreOptions.LongestTimeout)
        {
            throw Refused(nameof(KvLockOptions.Timeout), key, $"The timeout of the {what} must be at most {KvStoreOptions.LongestTimeout}; it is {timeout}. Omit it to wait without a limit.");
        }
    }

    /// <summary>Refuses a timeout of endpoint checks that leaves no time.</summary>
    /// <param name="timeout">The timeout; null for the store's own.</param>
    /// <returns>The same timeout.</returns>
    /// <exception cref="KvInvalidArgumentException">It is zero or less.</exception>
    public static TimeSpan? CheckEndpointTimeout(TimeSpan? timeout) => timeout is null || timeout > TimeSpan.Zero
        ? timeout
        : throw Refused(nameof(timeout), null, $"The timeout must be greater than zero; it is {timeout}.");

    private static void CheckRevision(long? revision, string name)
    {
        if (revision < 1)
        {
            throw Refused(name, null, $"The revision must be at least 1; it is {revision}.");
        }
    }

    private static KvInvalidArgumentException Refused(string name, string? key, string message) => new(message) { ParamName = name, Key = key };
}
