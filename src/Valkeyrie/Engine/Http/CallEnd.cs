namespace Valkeyrie.Engine.Http;

/// <summary>Whether a call of a store ended by its caller, by the store's end, or by its deadline: all three cancel the same token.</summary>
/// <param name="address">The store, for errors.</param>
#pragma warning disable CA1001 // a source without a timer holds nothing to free, and calls look at it after the end
public sealed class CallEnd(string address)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Fires when the store is closed.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Ends every call of the store.</summary>
    public Task CloseAsync() => _closing.CancelAsync();

    /// <summary>The error that the caller gets for any failure: a cancellation, the end of the store, or an error that is passed on unchanged; null
    /// where the failure is the call's own.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="caller">The caller's token.</param>
    public Exception? ErrorOf(Exception e, CancellationToken caller) =>
        caller.IsCancellationRequested ? new OperationCanceledException(caller)
        : _closing.IsCancellationRequested ? new KvStoreClosedException(address)
        : e as KvException;

    /// <summary>True if the call's time was up.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="caller">The caller's token.</param>
    public bool IsTimeout(Exception e, CancellationToken caller) =>
        e is OperationCanceledException && !caller.IsCancellationRequested && !_closing.IsCancellationRequested;
}
