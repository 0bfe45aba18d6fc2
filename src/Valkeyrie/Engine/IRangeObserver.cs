namespace Valkeyrie.Engine;

/// <summary>Follows a range of a store that has no feed of changes: it shows the range as it is, and again whenever it may be another.
/// <see cref="ComparedWatch"/> makes the changes of that.</summary>
/// <remarks>Serves one reader, one call at a time. The engine's own keys, such as those of locks, are left out unless the range is a single key.</remarks>
public interface IRangeObserver : IAsyncDisposable
{
    /// <summary>The range as it is: at once when asked for the first time and after <see cref="Restart"/>, from then on when it may have changed.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="KvHistoryChangedException">The store no longer has the history that is followed.</exception>
    ValueTask<IRangeState> NextAsync(CancellationToken cancellationToken);

    /// <summary>The store's newest revision, whichever key it is of.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    ValueTask<long> NewestRevisionAsync(CancellationToken cancellationToken);

    /// <summary>Has the next state shown at once: after a failure, when nothing is known of what happened meanwhile.</summary>
    void Restart();

    /// <summary>Takes whatever history the store has now for the one that is followed.</summary>
    void AcceptHistory();
}

/// <summary>A range as it is at one revision.</summary>
public interface IRangeState : IAsyncDisposable
{
    /// <summary>The revision of its last change, as far as the store tells; not below that of any of its pairs.</summary>
    long Revision { get; }

    /// <summary>The pairs in key order, as they come in. To be read once.</summary>
    IAsyncEnumerable<KvPair> Pairs { get; }
}
