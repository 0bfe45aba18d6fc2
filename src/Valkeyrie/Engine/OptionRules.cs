namespace Valkeyrie.Engine;

/// <summary>The rules of options for every store. A store checks them before it sends a request.</summary>
public static class OptionRules
{
    // etcd's lease.MaxLeaseTTL.
    private const long MaxTtlSeconds = 9_000_000_000;

    /// <summary>Converts a time to live to whole seconds; a fraction is rounded up.</summary>
    /// <param name="ttl">The time to live.</param>
    /// <param name="key">The key of the call, for the error; null for none.</param>
    /// <exception cref="KvInvalidArgumentException">The time is zero or less, or longer than etcd supports (9,000,000,000 seconds).</exception>
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

    /// <summary>Refuses options of a write that contradict each other, or an invalid time to live.</summary>
    /// <param name="key">The key to write.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="KvInvalidArgumentException">The time to live is zero or less, too long, or combined with a lease; keep-alive is set without a time to
    /// live; or the lease is 0.</exception>
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

    /// <summary>Refuses the number 0, which stands for no lease.</summary>
    /// <param name="leaseId">The lease.</param>
    /// <exception cref="KvInvalidArgumentException">The number is 0.</exception>
    public static void CheckLease(long leaseId)
    {
        if (leaseId == 0)
        {
            throw Refused(nameof(KvPutOptions.LeaseId), null, "The number of a lease must not be 0, which stands for no lease.");
        }
    }

    /// <summary>Refuses an invalid revision.</summary>
    /// <param name="options">The options of a read.</param>
    /// <exception cref="KvInvalidArgumentException">The revision is below 1.</exception>
    public static void CheckRead(KvReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckRevision(options.Revision, nameof(KvReadOptions.Revision));
    }

    /// <summary>Refuses a read at an older revision, for a store that keeps none.</summary>
    /// <param name="options">The options of a read.</param>
    /// <param name="store">The store.</param>
    /// <param name="why">The reason, as the end of a sentence.</param>
    /// <exception cref="KvNotSupportedException">A revision is specified.</exception>
    public static void RefuseOlderRevision(KvReadOptions options, KvStoreInfo store, string why)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Revision is not null)
        {
            throw new KvNotSupportedException($"reading at an older revision: {why}", store);
        }
    }

    /// <summary>Refuses an invalid revision, limit or depth.</summary>
    /// <param name="options">The options of a listing.</param>
    /// <exception cref="KvInvalidArgumentException">The revision or the limit is below 1, or the depth or <see cref="KvListOptions.ChangedSince"/> is below
    /// 0.</exception>
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

    /// <summary>Refuses an invalid revision.</summary>
    /// <param name="options">The options of a watch.</param>
    /// <exception cref="KvInvalidArgumentException"><see cref="KvWatchOptions.FromRevision"/> is below 1.</exception>
    public static void CheckWatch(KvWatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckRevision(options.FromRevision, nameof(KvWatchOptions.FromRevision));
    }

    /// <summary>Refuses an invalid revision of a conditional write.</summary>
    /// <param name="key">The key to write.</param>
    /// <param name="revision">The required revision of the key; 0: the key must not exist.</param>
    /// <exception cref="KvInvalidArgumentException">The revision is below 0.</exception>
    public static void CheckAtomicPut(string key, long revision)
    {
        if (revision < 0)
        {
            throw Refused(nameof(revision), key, $"The revision must be at least 0; it is {revision}. Specify the revision that the key must have, or 0 for a key that must not exist.");
        }
    }

    /// <summary>Refuses an invalid revision of a conditional removal.</summary>
    /// <param name="key">The key to remove.</param>
    /// <param name="revision">The required revision of the key.</param>
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

    /// <summary>Refuses an invalid time to live or timeout of a lock.</summary>
    /// <param name="key">The key to lock.</param>
    /// <param name="options">The options of the lock.</param>
    /// <returns>The time to live in whole seconds, a fraction rounded up.</returns>
    /// <exception cref="KvInvalidArgumentException">The time to live is zero or less or too long, or the timeout is below zero or too long.</exception>
    public static long CheckLock(string key, KvLockOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckWait(options.Timeout, "lock", key);
        return TtlSeconds(options.Ttl, key);
    }

    /// <summary>Refuses a form of lock that a store does not support.</summary>
    /// <param name="key">The key to lock.</param>
    /// <param name="options">The options of the lock.</param>
    /// <param name="store">The store.</param>
    /// <param name="forms">The supported forms.</param>
    /// <exception cref="KvNotSupportedException">The form is not supported.</exception>
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

    /// <summary>Refuses an invalid timeout of a wait.</summary>
    /// <param name="timeout">The timeout; null for no limit.</param>
    /// <param name="what">The awaited object for the message, as in "lock".</param>
    /// <param name="key">The key or name of the call.</param>
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

    /// <summary>Refuses an invalid timeout of endpoint checks.</summary>
    /// <param name="timeout">The timeout; null for the store's own.</param>
    /// <returns>The same timeout.</returns>
    /// <exception cref="KvInvalidArgumentException">The timeout is zero or less.</exception>
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
