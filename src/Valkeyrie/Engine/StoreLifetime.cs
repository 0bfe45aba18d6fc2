using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Tracks whether a store is open, and ends the pending calls with <see cref="KvStoreClosedException"/> when it closes.</summary>
/// <param name="address">The store, for error messages.</param>
#pragma warning disable CA1001 // its cancellation source holds no timer and no handle
public sealed class StoreLifetime(string address)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _closing = new();
    private int _closed;

    /// <exception cref="KvStoreClosedException">The store has been closed.</exception>
    public void ThrowIfClosed()
    {
        if (Volatile.Read(ref _closed) != 0)
        {
            throw new KvStoreClosedException(address);
        }
    }

    /// <summary>Closes the store and ends the pending calls.</summary>
    /// <returns>False if the store was already closed.</returns>
    public async ValueTask<bool> TryCloseAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return false;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Runs a call that may wait for a long time.</summary>
    public async ValueTask<T> CallAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            return await call(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller does not know the linked token.
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw new KvStoreClosedException(address);
        }
    }

    /// <summary>Reads a sequence without a time limit.</summary>
    public async IAsyncEnumerable<T> ReadAsync<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        var items = read(linked.Token).GetAsyncEnumerator(linked.Token);
        await using var _ = items.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The caller does not know the linked token.
                throw new OperationCanceledException(cancellationToken);
            }
            catch (Exception e) when (e is not KvStoreClosedException && _closing.IsCancellationRequested)
            {
                throw new KvStoreClosedException(address);
            }

            yield return items.Current;
        }
    }
}
