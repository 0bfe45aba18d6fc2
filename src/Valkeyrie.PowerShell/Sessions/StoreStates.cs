using Valkeyrie.Engine;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Finds out whether open stores serve.</summary>
internal static class StoreStates
{
    /// <summary>Asks stores, all at once, and each of their endpoints. One that serves is enough.</summary>
    /// <param name="connections">The stores.</param>
    /// <param name="patience">How long they are waited for; a store that has not answered by then is unavailable.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<KvConnection[]> ReadAsync(IEnumerable<KvConnection> connections, TimeSpan patience, CancellationToken cancellationToken) =>
        await Task.WhenAll(connections.Select(c => ReadAsync(c, patience, cancellationToken))).ConfigureAwait(false);

    private static async Task<KvConnection> ReadAsync(KvConnection connection, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // Each call is bound by itself; several may follow one another.
            return await Task.Run(() => AskAsync(connection, patience, stop.Token), cancellationToken).WaitAsync(patience, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return connection.In(KvStoreState.Unavailable, $"{connection.Address} did not answer within {patience.TotalSeconds:0.###} s.");
        }
        catch (KvStoreClosedException e)
        {
            return connection.In(KvStoreState.Closed, e.Message);
        }
        catch (KvException e)
        {
            return connection.In(KvStoreState.Unavailable, e.Message);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    private static async Task<KvConnection> AskAsync(KvConnection connection, TimeSpan patience, CancellationToken cancellationToken)
    {
        KvEndpointStatus? worst = null;
        await foreach (var status in PingedEndpoint.Of(connection.Store).CheckEndpointsAsync(patience, cancellationToken).ConfigureAwait(false))
        {
            if (status.IsServing)
            {
                return connection.In(KvStoreState.Available);
            }

            // Of several reasons the one of a server that was reached tells most.
            worst = worst is { IsReachable: true } ? worst : status;
        }

        return worst?.ErrorCode == KvErrorCode.AuthenticationFailed
            ? connection.In(KvStoreState.Refused, worst.Reason)
            : connection.In(KvStoreState.Unavailable, worst?.Reason ?? (worst is { Problems: [var problem, ..] } ? problem : null));
    }
}
