using System.Diagnostics;
using Valkeyrie.Engine;

namespace Valkeyrie.Consul.Sessions;

/// <summary>Sessions that are renewed until they are released, each for one lock or one contender.</summary>
internal sealed class RenewedSessions(SessionLeases leases, LeaseRenewer renewer) : IAsyncDisposable
{
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Creates a session that is renewed. If the caller cancels the call, the session is ended as soon as it exists.</summary>
    public async ValueTask<RenewedLease> GrantAsync(TimeSpan ttl, string key, CancellationToken cancellationToken)
    {
        var granting = GrantAsync(ttl, key);
        try
        {
            return await granting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _ = granting.ContinueWith(
                granted =>
                {
                    if (granted.IsCompletedSuccessfully)
                    {
                        renewer.LetGo(granted.Result);
                    }

                    _ = granted.Exception;
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            throw;
        }
    }

    private async Task<RenewedLease> GrantAsync(TimeSpan ttl, string? key)
    {
        var sentAt = Stopwatch.GetTimestamp();
        var lease = await leases.GrantAsync(ttl, key, _closing.Token).ConfigureAwait(false);
        return renewer.Keep(lease, sentAt);
    }

    /// <summary>Ends a session without waiting, and with it its hold on keys.</summary>
    public void LetGo(RenewedLease lease) => renewer.LetGo(lease);

    public async ValueTask DisposeAsync() => await _closing.CancelAsync().ConfigureAwait(false);
}
