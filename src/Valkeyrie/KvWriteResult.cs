namespace Valkeyrie;

/// <summary>How a conditional write ended.</summary>
public enum KvWriteOutcome
{
    /// <summary>It was made.</summary>
    Written,

    /// <summary>The key was to be new and exists.</summary>
    KeyExists,

    /// <summary>The key is at another revision than the given one.</summary>
    KeyModified,

    /// <summary>The key was to be at a revision and does not exist.</summary>
    KeyNotFound,
}

/// <summary>The result of a conditional write.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Pair">The pair as written; null for a delete and where nothing was written.</param>
/// <param name="CurrentRevision">The revision at which the key is now; 0 if it does not exist.</param>
public readonly record struct KvWriteResult(KvWriteOutcome Outcome, KvPair? Pair, long CurrentRevision)
{
    /// <summary>True if the write was made.</summary>
    public bool Written => Outcome == KvWriteOutcome.Written;

    internal KvPair PairOrThrow(string key, string address)
    {
        // For a put, a missing key is a modified one: somebody removed it since it was read.
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
