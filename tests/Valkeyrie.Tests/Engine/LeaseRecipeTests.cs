using System.Diagnostics;

namespace Valkeyrie.Tests.Engine;

/// <summary>Leases that are kept alive in the background, with renewals that fail or stall.</summary>
public sealed class LeaseRecipeTests : IAsyncDisposable
{
    // Renewed every five seconds, with ten in reserve.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(15);
    private static readonly KvPutOptions Kept = new() { Ttl = Long, KeepAlive = true };
    private static readonly KvLockOptions Second = new() { Ttl = TimeSpan.FromSeconds(1) };

    private readonly ScriptedEngine _engine = new();
    private readonly RevisionedStore _store;

    public LeaseRecipeTests() => _store = new RevisionedStore(_engine);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_key_kept_alive_is_renewed_again_and_again()
    {
        await _store.PutAsync("k", "v", Kept);
        await Patience.UntilAsync(() => _engine.Called("Renew") >= 2, "two renewals");
        Assert.Contains("k", _engine.Keys);
    }

    [Fact]
    public async Task A_lease_kept_alive_twice_is_kept_and_ended_once()
    {
        var lease = await _store.GrantLeaseAsync(Long);
        await _store.KeepLeaseAliveAsync(lease.Id);
        await _store.KeepLeaseAliveAsync(lease.Id);
        Assert.Equal([lease.Id, lease.Id], _engine.Renewed);
        await _store.DisposeAsync();
        Assert.Equal(1, _engine.Called("Revoke"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_kept_alive_is_renewed_after_an_outage_longer_than_its_time_to_live(bool ofKey)
    {
        var away = false;
        _engine.Before = (call, _) => call == "Renew" && Volatile.Read(ref away) ? throw Unreachable() : Task.CompletedTask;
        var lease = await KeepAsync(ofKey, null);
        Volatile.Write(ref away, true);

        // It was granted later and has the same time to live, so the deadline of the other lease has passed when this lock is lost.
        await using var twin = await _store.LockAsync("twin", Second);
        await Patience.UntilAsync(() => twin.Lost.IsCancellationRequested, "the end of the time to live");
        var renewed = _engine.Renewed.Count(l => l == lease);
        Volatile.Write(ref away, false);
        await Patience.UntilAsync(() => _engine.Renewed.Count(l => l == lease) >= renewed + 2, "renewals after the outage");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_loss_of_what_is_kept_alive_is_reported(bool ofKey)
    {
        var told = new TaskCompletionSource<KvKeepAliveLoss>();
        var lease = await KeepAsync(ofKey, told.SetResult);
        _engine.Leases.Clear();
        var loss = await told.Task.WaitAsync(Patience.Limit);
        Assert.Equal(ofKey ? new KvKeepAliveLoss("k", null) : new KvKeepAliveLoss(null, lease), loss);
        Assert.Contains(ofKey ? "'k'" : $"{lease:x}", loss.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_was_written_again_is_not_reported_as_lost()
    {
        var lost = 0;
        void Count(KvKeepAliveLoss loss) => Interlocked.Increment(ref lost);
        var first = await KeepAsync(ofKey: true, Count);
        _engine.Leases.TryRemove(first, out _);
        var second = await KeepAsync(ofKey: true, Count);
        await Patience.UntilAsync(() => _engine.Renewed.Contains(first) && _engine.Renewed.Count(l => l == second) > 1, "renewals of both leases");

        // Both renewals end with the store, and with them their reports.
        await _store.DisposeAsync();
        Assert.Equal(0, Volatile.Read(ref lost));
    }

    [Fact]
    public async Task A_lease_that_the_program_itself_revoked_is_not_reported_as_lost()
    {
        var isTold = false;
        var lease = await KeepAsync(ofKey: false, _ => Volatile.Write(ref isTold, true));
        await _store.RevokeLeaseAsync(lease);

        // Reported after the renewal that finds the other lease gone.
        var renewed = _engine.Renewed.Count(l => l == lease);
        await Patience.UntilAsync(() => _engine.Renewed.Count(l => l == lease) > renewed, "a renewal of the revoked lease");
        var told = new TaskCompletionSource<KvKeepAliveLoss>();
        await KeepAsync(ofKey: true, told.SetResult);
        _engine.Leases.Clear();
        await told.Task.WaitAsync(Patience.Limit);
        Assert.False(Volatile.Read(ref isTold));
    }

    [Fact]
    public async Task A_lease_that_ends_while_leases_are_listed_is_left_out()
    {
        for (var i = 0; i < 3; i++)
        {
            await _store.GrantLeaseAsync(Long);
        }

        _engine.After = (call, token) =>
        {
            if (call == "ListLeases")
            {
                _engine.Leases.Clear();
                _engine.Leases[3] = Long;
            }

            return Task.CompletedTask;
        };
        List<long> listed = [];
        await foreach (var lease in _store.ListLeasesAsync())
        {
            listed.Add(lease.Id);
        }

        Assert.Equal([3L], listed);
    }

    [Fact]
    public async Task A_key_not_kept_alive_is_not_renewed()
    {
        await _store.PutAsync("k", "v", Kept with { KeepAlive = false });
        await _store.PutAsync("twin", "v", Kept);
        await Patience.UntilAsync(() => _engine.Called("Renew") >= 1, "a renewal of the twin");
        Assert.Equal([2L], _engine.Renewed.Distinct());
    }

    [Theory]
    [InlineData("overwritten")]
    [InlineData("overwritten with another time to live")]
    [InlineData("removed")]
    public async Task A_kept_alive_key_that_was_overwritten_or_removed_is_renewed_no_more(string what)
    {
        await using var other = new RevisionedStore(_engine);
        await _store.PutAsync("k", "v", Kept);
        switch (what)
        {
            case "overwritten": await other.PutAsync("k", "w"); break;
            case "removed": await other.TryDeleteAsync("k"); break;
            default: await _store.PutAsync("k", "w", Kept); break;
        }

        await _store.PutAsync("twin", "v", Kept);
        var twin = _engine.Leases.Keys.Max();
        await Patience.UntilAsync(() => _engine.Renewed.Count(l => l == twin) >= 3, "three renewals of the twin");
        Assert.InRange(_engine.Renewed.Count(l => l == 1), 0, 1);
    }

    [Fact]
    public async Task A_kept_alive_key_is_renewed_on_though_it_cannot_be_looked_at()
    {
        _engine.Before = (call, _) => call == "Commit" ? throw Unreachable() : Task.CompletedTask;
        await _store.PutAsync("k", "v", Kept);
        await Patience.UntilAsync(() => _engine.Called("Renew") >= 3, "three renewals");
    }

    [Fact]
    public async Task A_lease_whose_time_was_over_before_it_was_kept_is_lost_and_not_held_on_to()
    {
        await using var keeper = new LeaseRenewer(_engine);
        var kept = keeper.Keep(new KvLease(1, TimeSpan.FromSeconds(1)), Stopwatch.GetTimestamp() - (2 * Stopwatch.Frequency));
        Assert.True(kept.Lost.IsCancellationRequested);
        Assert.Equal(0, keeper.Count);
    }

    [Fact]
    public async Task A_key_put_while_the_store_closes_is_kept_alive_no_more()
    {
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        _engine.After = (call, _) =>
        {
            reached.TrySetResult();
            return call == "Put" ? release.Task : Task.CompletedTask;
        };
        var put = _store.PutAsync("k", "v", Kept).AsTask();
        await reached.Task.WaitAsync(Patience.Limit);
        await _store.DisposeAsync();
        release.SetResult();
        await Assert.ThrowsAsync<KvStoreClosedException>(() => put);
        Assert.Equal(0, _engine.Called("Renew"));
    }

    [Fact]
    public async Task A_renewal_that_fails_is_tried_again_and_the_lock_stays_held()
    {
        const int Failures = 3;
        _engine.Before = (call, _) => call == "Renew" && _engine.Called("Renew") <= Failures ? throw Unreachable() : Task.CompletedTask;
        await using var held = await _store.LockAsync("k", new KvLockOptions { Ttl = Long });
        await Patience.UntilAsync(() => _engine.Renewed.Count > 0, "a renewal that succeeds");
        Assert.Equal(Failures + 1, _engine.Called("Renew"));
        Assert.True(held.IsHeld);
    }

    [Fact]
    public async Task Where_all_renewals_fail_the_holder_is_told_when_the_time_is_over()
    {
        _engine.Before = (call, _) => call == "Renew" ? throw Unreachable() : Task.CompletedTask;
        await using var held = await _store.LockAsync("k", Second);
        await Patience.UntilAsync(() => held.Lost.IsCancellationRequested, "the loss");
        Assert.False(held.IsHeld);
        Assert.InRange(_engine.Called("Renew"), 2, int.MaxValue);
    }

    [Fact]
    public async Task Where_a_renewal_never_answers_the_holder_is_told_when_the_time_is_over()
    {
        _engine.Before = (call, token) => call == "Renew" ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        await using var held = await _store.LockAsync("k", Second);
        await Patience.UntilAsync(() => held.Lost.IsCancellationRequested, "the loss");
        Assert.False(held.IsHeld);
    }

    [Fact]
    public async Task A_renewal_that_never_answers_leaves_time_for_another()
    {
        _engine.Before = (call, token) => call == "Renew" && _engine.Called("Renew") == 1 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        await using var held = await _store.LockAsync("k", new KvLockOptions { Ttl = TimeSpan.FromSeconds(6) });
        await Patience.UntilAsync(() => _engine.Renewed.Count > 0, "a renewal that succeeds");
        Assert.True(held.IsHeld);
    }

    [Theory]
    [InlineData("Grant")]
    [InlineData("Renew")]
    public async Task An_answer_that_comes_late_gives_no_time_that_began_with_it(string late)
    {
        var ttl = TimeSpan.FromSeconds(3);
        var asked = 0L;
        _engine.Before = (call, _) =>
        {
            if (call == "Renew" && asked != 0)
            {
                throw Unreachable();
            }

            asked = call == late ? Stopwatch.GetTimestamp() : asked;
            return Task.CompletedTask;
        };
        _engine.After = (call, token) => call == late ? Task.Delay(ttl / 4, token) : Task.CompletedTask;
        await using var held = await _store.LockAsync("k", new KvLockOptions { Ttl = ttl });

        // The server counts from the request, at the latest. The clock is read first: a holder may check late, but must never be too optimistic.
        for (var isHeld = true; isHeld; await Task.Delay(TimeSpan.FromMilliseconds(10)))
        {
            var now = Stopwatch.GetTimestamp();
            isHeld = held.IsHeld;
            Assert.False(isHeld && asked != 0 && Stopwatch.GetElapsedTime(asked, now) >= ttl, "It took a lease for its own that had ended.");
        }
    }

    [Fact]
    public async Task A_lease_kept_for_a_key_is_kept_for_itself_where_that_is_asked_for()
    {
        await _store.PutAsync("k", "v", Kept);
        var lease = Assert.Single(_engine.Leases.Keys);
        await _store.KeepLeaseAliveAsync(lease);
        await _store.PutAsync("k", "w");
        await Patience.UntilAsync(() => _engine.Renewed.Count(l => l == lease) >= 4, "renewals of a lease that no key bears");
    }

    [Fact]
    public async Task A_lease_is_kept_alive_once_whoever_asks_at_the_same_time()
    {
        var leases = new List<KvLease>();
        for (var i = 0; i < 300; i++)
        {
            leases.Add(await _store.GrantLeaseAsync(Long));
        }

        await Task.WhenAll(leases.Concat(leases).Select(lease => Task.Run(async () => await _store.KeepLeaseAliveAsync(lease.Id))));
        await _store.DisposeAsync();
        Assert.Equal(leases.Count, _engine.Called("Revoke"));
    }

    [Fact]
    public async Task The_holder_is_told_as_soon_as_a_renewal_finds_no_lease()
    {
        await using var held = await _store.LockAsync("k", Second);
        _engine.Leases.Clear();
        await Patience.UntilAsync(() => held.Lost.IsCancellationRequested, "the loss");
        await Assert.ThrowsAsync<KvLockLostException>(async () => await held.UnlockAsync());
    }

    [Fact]
    public async Task Every_holder_on_one_lease_is_told_though_one_of_them_throws()
    {
        await using var a = await _store.LockAsync("a", Second);
        await using var b = await _store.LockAsync("b", Second);
        a.Lost.Register(() => throw new InvalidOperationException("for the test"));
        b.Lost.Register(() => throw new InvalidOperationException("for the test"));
        _engine.Leases.Clear();
        await Patience.UntilAsync(() => a.Lost.IsCancellationRequested && b.Lost.IsCancellationRequested, "the loss of both");
    }

    [Fact]
    public async Task Closing_the_store_ends_what_it_kept_alive()
    {
        await _store.PutAsync("k", "v", Kept);
        await _store.LockAsync("l");
        await _store.DisposeAsync();
        Assert.Empty(_engine.Leases);
        Assert.Empty(_engine.Keys);
        Assert.True(_engine.IsDisposed);
    }

    [Theory]
    [InlineData("Revoke")]
    [InlineData("Commit")]
    [InlineData("Renew")]
    public async Task Closing_the_store_does_not_hang_on_a_server_that_is_gone(string stalled)
    {
        await _store.PutAsync("k", "v", Kept);
        var held = await _store.LockAsync("l");
        _engine.Before = (call, token) => call == stalled ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        await _store.DisposeAsync().AsTask().WaitAsync(Patience.Limit);
        Assert.True(_engine.IsDisposed);
        Assert.False(held.IsHeld);
        await held.DisposeAsync();
    }

    [Fact]
    public async Task A_put_whose_write_fails_gives_its_lease_back()
    {
        _engine.Before = (call, _) => call == "Put" ? throw Unreachable() : Task.CompletedTask;
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await _store.PutAsync("k", "v", Kept));
        await Patience.UntilAsync(() => _engine.Leases.IsEmpty, "the end of the lease");
    }

    [Fact]
    public async Task A_refused_AtomicPut_gives_its_lease_back()
    {
        await _store.PutAsync("k", "v");
        Assert.False((await _store.TryAtomicPutAsync("k", "w".Bytes(), 0, Kept)).Written);
        await Patience.UntilAsync(() => _engine.Leases.IsEmpty, "the end of the lease");
    }

    private async Task<long> KeepAsync(bool ofKey, Action<KvKeepAliveLoss>? lost)
    {
        if (ofKey)
        {
            var pair = await _store.PutAsync("k", "v".Bytes(), new KvPutOptions { Ttl = Second.Ttl, KeepAlive = true, Lost = lost });
            return pair.LeaseId!.Value;
        }

        var lease = await _store.GrantLeaseAsync(Second.Ttl);
        await _store.KeepLeaseAliveAsync(lease.Id, lost);
        return lease.Id;
    }

    private static KvUnreachableException Unreachable() => new(KvUnreachableReason.ConnectionLost, "for the test");
}
