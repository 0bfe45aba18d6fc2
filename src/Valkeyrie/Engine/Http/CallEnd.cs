namespace Valkeyrie.Engine.Http;

/// <summary>Determines whether a call was ended by its caller, by closing the store, or by its deadline: all three cancel the same token.</summary>
/// <param name="address">The store, for error messages.</param>
#pragma warning disable CA1001 // a source without a timer needs no disposal, and calls use it after the end
public sealed class CallEnd(string address)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Is cancelled when the store is closed.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Ends every call of the store.</summary>
    public Task CloseAsync() => _closing.CancelAsync();

    /// <summary>Returns the error for a failure that is not the call's own: a cancellation, a closed store, or an error to pass on unchanged; null
    /// otherwise.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="caller">The caller's token.</param>
    public Exception? ErrorOf(Exception e, CancellationToken caller) =>
        caller.IsCancellationRequested ? new OperationCanceledException(caller)
        : _closing.IsCancellationRequested ? new KvStoreClosedException(address)
        : e as KvException;

    /// <summary>Checks whether the call's time was up.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="caller">The caller's token.</param>
    public bool IsTimeout(Exception e, CancellationToken caller) =>
        e is OperationCanceledException && !caller.IsCancellationRequested && !_closing.IsCancellationRequested;
}
