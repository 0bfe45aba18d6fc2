namespace Valkeyrie.Engine;

/// <summary>Observes a range of a store without a feed of changes: it returns the state of the range, and returns it again whenever it may have changed.
/// <see cref="ComparedWatch"/> derives the changes.</summary>
/// <remarks>Serves one reader, one call at a time. The store's internal keys, such as lock keys, are omitted unless the range is a single key.</remarks>
public interface IRangeObserver : IAsyncDisposable
{
    /// <summary>Returns the state of the range: at once for the first call and after <see cref="Restart"/>, otherwise when it may have changed.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="KvHistoryChangedException">The store no longer has the observed history.</exception>
    ValueTask<IRangeState> NextAsync(CancellationToken cancellationToken);

    /// <summary>Reads the store's newest revision, of any key.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    ValueTask<long> NewestRevisionAsync(CancellationToken cancellationToken);

    /// <summary>Makes the next call return at once, after a failure during which changes are unknown.</summary>
    void Restart();

    /// <summary>Accepts the store's present history as the observed one.</summary>
    void AcceptHistory();
}

/// <summary>The state of a range at one revision.</summary>
public interface IRangeState : IAsyncDisposable
{
    /// <summary>The revision of the last change, as far as the store reports it; not below the revision of any pair.</summary>
    long Revision { get; }

    /// <summary>The pairs in key order, as they arrive. Read them only once.</summary>
    IAsyncEnumerable<KvPair> Pairs { get; }
}
