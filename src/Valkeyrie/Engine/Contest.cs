namespace Valkeyrie.Engine;

/// <summary>The object of a contest by <see cref="LeasedMutex"/>: a lock, or the leadership of an election. Defines the keys' values and the errors.</summary>
/// <param name="Name">The locked key, or the election.</param>
/// <param name="Directory">The directory of the contenders' keys, with its last slash.</param>
internal abstract record Contest(string Name, string Directory)
{
    /// <summary>The time for which the prize remains if its holder dies.</summary>
    public required TimeSpan Ttl { get; init; }

    /// <summary>The longest wait; null for no limit, zero for none.</summary>
    public required TimeSpan? Timeout { get; init; }

    /// <summary>Returns the value of a contender's own key when it joins the queue.</summary>
    public abstract ReadOnlyMemory<byte> Mark();

    /// <summary>Returns the operations of the step in which a contender wins.</summary>
    /// <param name="own">The contender's key.</param>
    /// <param name="leaseId">The contender's lease.</param>
    /// <param name="hasWaited">True if the contender joined the queue in an earlier step.</param>
    public virtual KvOperation[] Winning(string own, long leaseId, bool hasWaited) => [];

    /// <summary>Returns the operations of the step that releases the prize, in addition to the removal of the contender's key.</summary>
    public virtual KvOperation[] Leaving() => [];

    /// <summary>Creates the error for a contender whose timeout passed.</summary>
    public abstract KvException NotWon(string address);

    /// <summary>Creates the error for a contender whose timeout passed without an answer from the store.</summary>
    public abstract KvTimeoutException Unknown(string address);

    /// <summary>Creates the error for a holder that lost the prize.</summary>
    public abstract KvException Lost(KvLockLostReason reason, string address);
}
