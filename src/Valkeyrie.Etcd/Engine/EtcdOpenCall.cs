using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Grpc;

namespace Valkeyrie.Etcd.Engine;

/// <summary>An open call with several messages. One caller at a time may write, and one may read. Dispose it to end the call.</summary>
public sealed class EtcdOpenCall : IAsyncDisposable
{
    private readonly EtcdStream _stream;
    private readonly CallExtras _extras;
    private readonly CancellationToken _caller;
    private volatile bool _isDisposed;

    internal EtcdOpenCall(EtcdStream stream, CallExtras extras, CancellationToken caller) => (_stream, _extras, _caller) = (stream, extras, caller);

    /// <summary>The endpoint of the call.</summary>
    public string Endpoint => _stream.Endpoint;

    /// <summary>The metadata before the first reply. Completes when it has arrived; empty if the call ends without metadata.</summary>
    public Task<IReadOnlyList<KeyValuePair<string, string>>> Headers => _extras.Metadata.Headers;

    /// <summary>The metadata after the last reply; empty until the call has ended.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Trailers => _extras.Metadata.Trailers;

    /// <summary>Sends a request.</summary>
    /// <param name="message">The encoded message; it can be reused after the task has completed.</param>
    /// <returns>Completes when the message is under way, or the call has ended; <see cref="ReadAsync"/> then shows the result.</returns>
    /// <exception cref="InvalidOperationException">The requests have ended, or an earlier one is still being sent.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> message) => _stream.WriteAsync(MessageFrame.Of(message.Span));

    /// <summary>Ends the requests. Replies may still arrive.</summary>
    /// <exception cref="InvalidOperationException">The requests have already ended, or one is still being sent.</exception>
    public Task CompleteAsync() => _stream.CompleteAsync();

    /// <summary>Reads the next reply, valid until the next call; null at the successful end of the call.</summary>
    /// <exception cref="EtcdCallException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The call has been disposed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync()
    {
        try
        {
            return await _stream.ReadOrEndAsync().ConfigureAwait(false);
        }
        catch (Exception) when (_isDisposed && !_caller.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(EtcdOpenCall));
        }
        catch (KvException e)
        {
            throw CallErrors.Of(e, _stream.Status, _extras.Metadata);
        }
    }

    /// <summary>Ends the call without waiting for the server.</summary>
    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return _stream.DisposeAsync();
    }
}
