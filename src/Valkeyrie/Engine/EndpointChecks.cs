using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>How endpoints are asked, whatever the store.</summary>
public static class EndpointChecks
{
    /// <summary>Runs several checks at once.</summary>
    /// <param name="checks">Each starts one check. It reports the endpoint's failures in its result and ends with the token.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>The results, first come first served.</returns>
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

    /// <summary>Asks a store as a whole.</summary>
    /// <param name="ping">Asks it.</param>
    /// <param name="info">The store.</param>
    /// <param name="timeout">How long it is waited for, even if the ping itself does not heed its token.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public static IAsyncEnumerable<KvEndpointStatus> ByPing(
        Func<CancellationToken, ValueTask<KvServerStatus>> ping, KvStoreInfo info, TimeSpan timeout, CancellationToken cancellationToken) =>
        AsTheyCome([stop => PingAsync(ping, info, timeout, stop)], cancellationToken);

    /// <summary>The status of an endpoint that failed.</summary>
    /// <param name="status">What is known of it so far.</param>
    /// <param name="failure">The failure.</param>
    public static KvEndpointStatus Failed(KvEndpointStatus status, KvException failure) => status with
    {
        // Only these two come from a server that was reached.
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
            // On another thread, since a file is read on the caller's own, which a disk may hold up for any time.
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
