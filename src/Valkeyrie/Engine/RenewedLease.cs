using System.Diagnostics;

namespace Valkeyrie.Engine;

/// <summary>A lease that is renewed in the background, and what its holder may believe of it.</summary>
/// <remarks>The holder's deadline counts from the moment the last successful renewal was sent. The server counts from when it arrived, so the
/// holder gives the lease up before the server lets anybody else have it.</remarks>
#pragma warning disable CA1001 // its two cancellation sources hold no timer and no handle, and outlive it in the hands of others
public sealed class RenewedLease
#pragma warning restore CA1001
{
    // Less is too little for a busy server.
    private static readonly TimeSpan ShortestShare = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationTokenSource _lost = new();
    private long _deadline;
    private long _nextRenewal;
    private TimeSpan _ttl;

    /// <summary>Begins with a lease that was just granted or renewed.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="grantedAt">When it was asked for, in <see cref="Stopwatch"/> ticks.</param>
    public RenewedLease(KvLease lease, long grantedAt)
    {
        Id = lease.Id;
        History = lease.History;
        Renewed(lease.Ttl, grantedAt);
    }

    /// <summary>The lease's number.</summary>
    public long Id { get; }

    /// <summary>The history of the store in which it was granted.</summary>
    public long History { get; }

    /// <summary>True if the lease is worth nothing in another history of the store, though it may be there, too: a lock that was taken after a
    /// snapshot is not in it, and its fencing token need not be the highest.</summary>
    public bool EndsWithHistory { get; init; }

    /// <summary>The one key that it is renewed for, as long as it bears the lease; null to renew it until it is let go.</summary>
    public string? Key { get; set; }

    /// <summary>The time to live in the last answer.</summary>
    public TimeSpan Ttl => _ttl;

    /// <summary>Fires when the lease has ended against the holder's will.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>True once it was stopped or lost.</summary>
    public bool HasEnded => _stopped.IsCancellationRequested || _lost.IsCancellationRequested;

    /// <summary>True while the holder may rely on the lease; needs no timer to have fired.</summary>
    public bool IsAlive => !HasEnded && Stopwatch.GetTimestamp() < Volatile.Read(ref _deadline);

    /// <summary>Ends the renewals; the lease itself is left alone.</summary>
    public void Stop() => _stopped.Cancel();

    /// <summary>Tells the holder that the lease has ended, unless it was stopped before.</summary>
    public void MarkLost()
    {
        if (!_stopped.IsCancellationRequested)
        {
            _lost.Cancel();
        }
    }

    /// <summary>Takes note of a renewal.</summary>
    /// <param name="ttl">The time to live from then on.</param>
    /// <param name="sentAt">When it was asked for, in <see cref="Stopwatch"/> ticks.</param>
    public void Renewed(TimeSpan ttl, long sentAt)
    {
        _ttl = ttl;
        Volatile.Write(ref _deadline, sentAt + Ticks(ttl));
        _nextRenewal = sentAt + Ticks(ttl / 3);
    }

    /// <summary>Takes note of a renewal that failed: the next is due soon.</summary>
    public void RenewalFailed()
    {
        // Soon again, but not in a tight loop.
        var pause = TimeSpan.FromMilliseconds(Math.Clamp(_ttl.TotalMilliseconds / 20, 50, 1000));
        _nextRenewal = Stopwatch.GetTimestamp() + Ticks(pause);
    }

    /// <summary>A token for one renewal, cancelled early enough that another endpoint can be asked before the deadline, should this one keep
    /// silent; or at the deadline, where that is near.</summary>
    public CancellationTokenSource NewAttempt()
    {
        var attempt = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
        var left = Until(Volatile.Read(ref _deadline));
        attempt.CancelAfter(left > ShortestShare * 2 ? left / 2 : left);
        return attempt;
    }

    /// <summary>Waits until the next renewal is due; false when there is to be none.</summary>
    public async ValueTask<bool> WaitForRenewalAsync()
    {
        var deadline = Volatile.Read(ref _deadline);
        var due = Math.Min(_nextRenewal, deadline);
        await Task.Delay(Until(due), _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!HasEnded && Stopwatch.GetTimestamp() >= deadline)
        {
            MarkLost();
        }

        return !HasEnded;
    }

    // Rounded up to the timers' millisecond, so that what is due has passed when the wait ends; and no longer than a timer takes.
    private static TimeSpan Until(long timestamp)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp);
        return TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 0, int.MaxValue));
    }

    private static long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);
}
