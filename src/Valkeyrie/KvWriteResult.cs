namespace Valkeyrie;

/// <summary>The outcome of a conditional write.</summary>
public enum KvWriteOutcome
{
    /// <summary>The write was made.</summary>
    Written,

    /// <summary>The key was required to be missing, but exists.</summary>
    KeyExists,

    /// <summary>The key has another revision than the required one.</summary>
    KeyModified,

    /// <summary>The key was required to have a revision, but does not exist.</summary>
    KeyNotFound,
}

/// <summary>The result of a conditional write.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Pair">The written pair; null for a delete, or if nothing was written.</param>
/// <param name="CurrentRevision">The current revision of the key; 0 if it does not exist.</param>
public readonly record struct KvWriteResult(KvWriteOutcome Outcome, KvPair? Pair, long CurrentRevision)
{
    /// <summary>True if the write was made.</summary>
    public bool Written => Outcome == KvWriteOutcome.Written;

    internal KvPair PairOrThrow(string key, string address)
    {
        // For a put, a missing key counts as modified: another client removed it after it was read.
        if (Outcome == KvWriteOutcome.KeyNotFound)
        {
            throw new KvKeyModifiedException(key, 0, address);
        }

        ThrowUnlessWritten(key, address);
        return Pair!;
    }

    internal void ThrowUnlessWritten(string key, string address)
    {
        switch (Outcome)
        {
            case KvWriteOutcome.KeyExists: throw new KvKeyExistsException(key, CurrentRevision, address);
            case KvWriteOutcome.KeyModified: throw new KvKeyModifiedException(key, CurrentRevision, address);
            case KvWriteOutcome.KeyNotFound: throw new KvKeyNotFoundException(key, address);
        }
    }
}
