using System.Diagnostics;

namespace Valkeyrie.Engine;

/// <summary>A lease that is renewed in the background, and whether its holder may rely on it.</summary>
/// <remarks>The holder's deadline counts from the moment when the last successful renewal was sent. The server counts from its arrival, so the holder of a lock
/// gives the lease up before the server grants the lock to another holder. A lease that only keeps keys alive has no such holder
/// (<see cref="EndsOnlyInStore"/>).</remarks>
#pragma warning disable CA1001 // its two cancellation sources hold no timer and no handle, and others use them longer
public sealed class RenewedLease
#pragma warning restore CA1001
{
    // A shorter time is too short for a busy server.
    private static readonly TimeSpan ShortestShare = TimeSpan.FromMilliseconds(500);

    // Between attempts: soon, but not in a tight loop. An outage that has lasted for the time to live may last for hours.
    private static readonly Pauses InTime = new(Share: 20, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));
    private static readonly Pauses Overdue = new(Share: 10, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(5));

    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationTokenSource _lost = new();
    private long _deadline;
    private long _nextRenewal;
    private TimeSpan _ttl;

    /// <summary>Creates the object for a lease that was just granted or renewed.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="grantedAt">The time of the request, in <see cref="Stopwatch"/> ticks.</param>
    public RenewedLease(KvLease lease, long grantedAt)
    {
        Id = lease.Id;
        History = lease.History;
        Renewed(lease.Ttl, grantedAt);
    }

    /// <summary>The lease's number.</summary>
    public long Id { get; }

    /// <summary>The history of the store in which the lease was granted.</summary>
    public long History { get; }

    /// <summary>True if the lease is worthless in another history of the store, even if it exists there: a lock taken after a snapshot is not in the snapshot,
    /// and its fencing token may not be the highest.</summary>
    public bool EndsWithHistory { get; init; }

    /// <summary>True to renew the lease until the store reports that it does not exist. A deadline that has passed proves nothing: a store extends leases when it
    /// starts or has a new leader. False to give it up at the deadline, as a lock must. Default: false.</summary>
    public bool EndsOnlyInStore { get; init; }

    /// <summary>Called once if the lease is lost; null for no callback.</summary>
    public Action<KvKeepAliveLoss>? OnLost { get; set; }

    /// <summary>The only key of the lease: it is renewed while the key is attached to it. Null to renew it until it is released.</summary>
    public string? Key { get; set; }

    /// <summary>The time to live in the last answer.</summary>
    public TimeSpan Ttl => _ttl;

    /// <summary>Is cancelled when the lease has ended without being stopped.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>True after the lease was stopped or lost.</summary>
    public bool HasEnded => _stopped.IsCancellationRequested || _lost.IsCancellationRequested;

    /// <summary>True while the holder may rely on the lease. Correct even before a timer fires.</summary>
    public bool IsAlive => !HasEnded && Stopwatch.GetTimestamp() < Volatile.Read(ref _deadline);

    /// <summary>Stops the renewals without revoking the lease.</summary>
    public void Stop() => _stopped.Cancel();

    /// <summary>Notifies the holder that the lease has ended, unless it was stopped before.</summary>
    public void MarkLost()
    {
        if (!_stopped.IsCancellationRequested)
        {
            _lost.Cancel();
        }
    }

    /// <summary>Records a renewal.</summary>
    /// <param name="ttl">The new time to live.</param>
    /// <param name="sentAt">The time of the request, in <see cref="Stopwatch"/> ticks.</param>
    public void Renewed(TimeSpan ttl, long sentAt)
    {
        _ttl = ttl;
        Volatile.Write(ref _deadline, sentAt + Ticks(ttl));
        _nextRenewal = sentAt + Ticks(ttl / 3);
    }

    /// <summary>Records a failed renewal: the next one is due soon.</summary>
    public void RenewalFailed()
    {
        _nextRenewal = Stopwatch.GetTimestamp() + Ticks((IsAlive ? InTime : Overdue).Of(_ttl));
    }

    /// <summary>Calls <see cref="OnLost"/>, without waiting: a slow or faulty callback must not delay the end of the store.</summary>
    /// <param name="loss">The loss.</param>
    public void ReportLoss(KvKeepAliveLoss loss)
    {
        if (OnLost is { } lost)
        {
            _ = Task.Run(() => lost(loss));
        }
    }

    /// <summary>Creates a token for one renewal. It is cancelled early enough to try another endpoint before the deadline if this one does not answer, or at
    /// the deadline if that is near. After the deadline, only the store's own timeout ends the renewal.</summary>
    public CancellationTokenSource NewAttempt()
    {
        var attempt = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
        var left = Until(Volatile.Read(ref _deadline));
        if (left > TimeSpan.Zero || !EndsOnlyInStore)
        {
            attempt.CancelAfter(left > ShortestShare * 2 ? left / 2 : left);
        }

        return attempt;
    }

    /// <summary>Waits until the next renewal is due; false if no renewal follows.</summary>
    public async ValueTask<bool> WaitForRenewalAsync()
    {
        var deadline = Volatile.Read(ref _deadline);
        var due = EndsOnlyInStore ? _nextRenewal : Math.Min(_nextRenewal, deadline);
        await Task.Delay(Until(due), _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!EndsOnlyInStore && !HasEnded && Stopwatch.GetTimestamp() >= deadline)
        {
            MarkLost();
        }

        return !HasEnded;
    }

    // Rounded up to the millisecond of timers, so that the due time has passed when the wait ends; at most the limit of a timer.
    private static TimeSpan Until(long timestamp)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp);
        return TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 0, int.MaxValue));
    }

    private static long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);

    private sealed record Pauses(int Share, TimeSpan Shortest, TimeSpan Longest)
    {
        public TimeSpan Of(TimeSpan ttl) => TimeSpan.FromMilliseconds(Math.Clamp(ttl.TotalMilliseconds / Share, Shortest.TotalMilliseconds, Longest.TotalMilliseconds));
    }
}
