using Valkeyrie.Engine;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Determines the states of open stores.</summary>
internal static class StoreStates
{
    /// <summary>Queries all stores and their endpoints at the same time. A store is available if one endpoint serves.</summary>
    /// <param name="connections">The stores.</param>
    /// <param name="patience">How long to wait; a store that has not answered by then is unavailable.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<KvConnection[]> ReadAsync(IEnumerable<KvConnection> connections, TimeSpan patience, CancellationToken cancellationToken) =>
        await Task.WhenAll(connections.Select(c => ReadAsync(c, patience, cancellationToken))).ConfigureAwait(false);

    private static async Task<KvConnection> ReadAsync(KvConnection connection, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // Each call has its own timeout, and several calls can follow each other.
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

            // If there are several reasons, the reason of a reachable server is the most useful one.
            worst = worst is { IsReachable: true } ? worst : status;
        }

        return worst?.ErrorCode == KvErrorCode.AuthenticationFailed
            ? connection.In(KvStoreState.Refused, worst.Reason)
            : connection.In(KvStoreState.Unavailable, worst?.Reason ?? (worst is { Problems: [var problem, ..] } ? problem : null));
    }
}
