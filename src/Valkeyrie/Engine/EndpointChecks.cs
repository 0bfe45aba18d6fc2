using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Checks the endpoints of any store.</summary>
public static class EndpointChecks
{
    /// <summary>Runs several checks concurrently.</summary>
    /// <param name="checks">Functions that each start one check. A check reports the endpoint's failures in its result and ends with the token.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>The results, in the order in which they arrive.</returns>
    public static async IAsyncEnumerable<KvEndpointStatus> AsTheyCome(
        IEnumerable<Func<CancellationToken, Task<KvEndpointStatus>>> checks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = checks.Select(check => check(stop.Token)).ToList();
        try
        {
            while (running.Count > 0)
            {
                var ended = await Task.WhenAny(running).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                running.Remove(ended);
                yield return await ended.ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Checks a store as a whole.</summary>
    /// <param name="ping">Pings the store.</param>
    /// <param name="info">The store.</param>
    /// <param name="timeout">The longest wait, even if the ping ignores its token.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public static IAsyncEnumerable<KvEndpointStatus> ByPing(
        Func<CancellationToken, ValueTask<KvServerStatus>> ping, KvStoreInfo info, TimeSpan timeout, CancellationToken cancellationToken) =>
        AsTheyCome([stop => PingAsync(ping, info, timeout, stop)], cancellationToken);

    /// <summary>Returns the status of an endpoint that failed.</summary>
    /// <param name="status">The status so far.</param>
    /// <param name="failure">The failure.</param>
    public static KvEndpointStatus Failed(KvEndpointStatus status, KvException failure) => status with
    {
        // Only these two errors come from a reachable server.
        IsReachable = status.IsReachable || failure.Code is KvErrorCode.AuthenticationFailed or KvErrorCode.PermissionDenied,
        ErrorCode = failure.Code,
        Reason = failure.Message,
    };

    private static async Task<KvEndpointStatus> PingAsync(
        Func<CancellationToken, ValueTask<KvServerStatus>> ping, KvStoreInfo info, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var asked = new KvEndpointStatus(info.Endpoints is [var only] ? only : info.Address);
        var begun = Stopwatch.GetTimestamp();
        try
        {
            // On another thread, because a file is read synchronously and a disk may block without a limit.
            var status = await Task.Run(() => ping(cancellationToken).AsTask(), cancellationToken).WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
            return asked with
            {
                Endpoint = status.Endpoint,
                IsReachable = true,
                Latency = Stopwatch.GetElapsedTime(begun),
                Version = status.Version,
                Revision = status.Revision,
            };
        }
        catch (TimeoutException)
        {
            return asked with { ErrorCode = KvErrorCode.TimedOut, Reason = $"{asked.Endpoint} did not answer within {timeout.TotalSeconds:0.###} s." };
        }
        catch (KvException e) when (e is not KvStoreClosedException)
        {
            return Failed(asked, e);
        }
    }
}
