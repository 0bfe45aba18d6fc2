using System.Diagnostics;
using Valkeyrie.Engine;
using Valkeyrie.ZooKeeper.Net;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Members;

/// <summary>Checks the members of the ensemble.</summary>
internal sealed class MemberChecks(SessionPool pool, KvStoreInfo info)
{
    /// <summary>Checks every member at once.</summary>
    public IAsyncEnumerable<KvEndpointStatus> CheckAllAsync(TimeSpan timeout, CancellationToken cancellationToken) => EndpointChecks.AsTheyCome(
        pool.Settings.Endpoints.Select(e => (Func<CancellationToken, Task<KvEndpointStatus>>)(stop => CheckAsync(e, timeout, stop))), cancellationToken);

    /// <summary>Pings the connected member.</summary>
    public async ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken)
    {
        var reply = await pool.CallAsync(SyncRequest.Instance, null, cancellationToken).ConfigureAwait(false);
        var connected = pool.Main.Endpoint ?? pool.Settings.Endpoints[0];
        try
        {
            using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            time.CancelAfter(pool.Settings.ConnectTimeout);
            var report = await MemberQuestion.AskAsync(connected, pool.Settings.Tls, time.Token).ConfigureAwait(false);
            return new KvServerStatus($"{info.Scheme}://{connected}", report.Version, reply.Zxid);
        }
        catch (Exception e) when (e is SessionException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The member serves, but does not report its version.
            return new KvServerStatus($"{info.Scheme}://{connected}", "", reply.Zxid);
        }
    }

    private async Task<KvEndpointStatus> CheckAsync(Endpoint endpoint, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var status = new KvEndpointStatus($"{info.Scheme}://{endpoint}");
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(timeout);
        var settings = new SessionSettings(status.Endpoint, [endpoint], pool.Settings.Tls, pool.Settings.Credential, timeout);
        try
        {
            var report = await MemberQuestion.AskAsync(endpoint, pool.Settings.Tls, time.Token).ConfigureAwait(false);
            status = status with
            {
                IsReachable = true,
                Version = report.Version,
                Revision = report.Zxid,
                IsLeader = report.Mode switch { "leader" => true, "follower" or "observer" => false, _ => null },
            };
            if (report.Mode == MemberReport.NoEnsemble)
            {
                return status with { ErrorCode = KvErrorCode.Unreachable, Reason = $"{endpoint} cannot serve now: it has lost its ensemble.", Problems = ["no leader"] };
            }

            await using var session = new Session(settings, timeout);
            await session.CallAsync(SyncRequest.Instance, null, time.Token).ConfigureAwait(false);
            var begun = Stopwatch.GetTimestamp();
            var synced = await session.CallAsync(SyncRequest.Instance, null, time.Token).ConfigureAwait(false);
            return status with { Latency = Stopwatch.GetElapsedTime(begun), Revision = Math.Max(report.Zxid, synced.Zxid) };
        }
        catch (SessionException e)
        {
            return EndpointChecks.Failed(status, settings.Errors.Of(e, null, repeatable: true));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return EndpointChecks.Failed(status, new KvTimeoutException($"{endpoint} did not answer within {timeout.TotalSeconds:0.###} s.") { Endpoint = status.Endpoint });
        }
        catch (KvException e) when (e is not KvStoreClosedException)
        {
            return EndpointChecks.Failed(status, e);
        }
    }
}
