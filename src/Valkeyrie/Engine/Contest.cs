namespace Valkeyrie.Engine;

/// <summary>What contenders line up for by <see cref="LeasedMutex"/>: a lock, or the leadership of an election. Says what the keys hold and how it fails.</summary>
/// <param name="Name">The locked key, or the election.</param>
/// <param name="Directory">The directory of the contenders' keys, with its last slash.</param>
internal abstract record Contest(string Name, string Directory)
{
    /// <summary>How long what was won outlives its holder.</summary>
    public required TimeSpan Ttl { get; init; }

    /// <summary>How long to wait; null for ever, zero not at all.</summary>
    public required TimeSpan? Timeout { get; init; }

    /// <summary>The value of a contender's own key when it lines up.</summary>
    public abstract ReadOnlyMemory<byte> Mark();

    /// <summary>What is done in the step in which a contender wins.</summary>
    /// <param name="own">The contender's key.</param>
    /// <param name="leaseId">Its lease.</param>
    /// <param name="hasWaited">True if the contender has lined up in an earlier step.</param>
    public virtual KvOperation[] Winning(string own, long leaseId, bool hasWaited) => [];

    /// <summary>What is done, beside the end of the contender's key, in the step that gives up what was won.</summary>
    public virtual KvOperation[] Leaving() => [];

    /// <summary>The error of one that had to wait too long.</summary>
    public abstract KvException NotWon(string address);

    /// <summary>The error of one that does not know whether anybody else holds what it waits for.</summary>
    public abstract KvTimeoutException Unknown(string address);

    /// <summary>The error of a holder that has lost what it won.</summary>
    public abstract KvException Lost(KvLockLostReason reason, string address);
}
