namespace Valkeyrie.Tests.Engine;

/// <summary>The mutex recipe with lost answers, stalled calls and compacted history.</summary>
public sealed class LockRecipeTests : IAsyncDisposable
{
    private static readonly KvLockOptions Short = new() { Timeout = TimeSpan.FromMilliseconds(200) };

    private readonly ScriptedEngine _engine = new();
    private readonly RevisionedStore _store;

    public LockRecipeTests() => _store = new RevisionedStore(_engine);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_lock_taken_whose_answer_was_lost_leaves_nothing_behind()
    {
        OnceAfter("Commit", Unreachable);
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await _store.LockAsync("k"));
        await UntilFreeAsync();
        await using var next = await _store.LockAsync("k", new KvLockOptions { Timeout = TimeSpan.Zero });
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task An_unlock_whose_answer_was_lost_leaves_nothing_behind()
    {
        var held = await _store.LockAsync("k");
        OnceAfter("Commit", Unreachable);
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await held.UnlockAsync());
        await UntilFreeAsync();
    }

    [Fact]
    public async Task An_unlock_that_was_not_sent_is_made_up_for()
    {
        var failures = 3;
        var held = await _store.LockAsync("k");
        _engine.Before = (call, _) => call is "Commit" or "Delete" && failures-- > 0 ? throw Unreachable() : Task.CompletedTask;
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await held.UnlockAsync());
        Assert.False(held.IsHeld);
        await UntilFreeAsync();
    }

    [Fact]
    public async Task An_unlock_that_was_cancelled_goes_on_in_the_background()
    {
        var stalls = 1;
        var held = await _store.LockAsync("k");

        // Only the unlock's own commit: background work can begin before the cancellation returns.
        _engine.Before = (call, token) => call == "Commit" && Interlocked.Exchange(ref stalls, 0) == 1 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        using var cancel = new CancellationTokenSource();
        var unlocking = held.UnlockAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => unlocking);
        await UntilFreeAsync();
    }

    [Fact]
    public async Task Disposing_a_lock_never_fails_whatever_became_of_its_unlock()
    {
        var cancelled = await _store.LockAsync("cancelled");
        await Record.ExceptionAsync(async () => await cancelled.UnlockAsync(new CancellationToken(canceled: true)));
        await cancelled.DisposeAsync();

        var failed = await _store.LockAsync("failed");
        _engine.Before = (call, _) => call == "Commit" ? throw Unreachable() : Task.CompletedTask;
        await failed.DisposeAsync();
    }

    [Fact]
    public async Task A_contender_behind_one_that_gives_up_waits_for_the_holder()
    {
        var held = await _store.LockAsync("k");
        using var patience = new CancellationTokenSource();
        var impatient = _store.LockAsync("k", cancellationToken: patience.Token).AsTask();
        await Patience.UntilAsync(() => _engine.Keys.Count == 2, "a contender");
        var waiting = _store.LockAsync("k").AsTask();

        // The holder's watch of its own key, and those of both contenders of the key before theirs.
        await Patience.UntilAsync(() => _engine.Called("Watch") == 3, "two that wait");
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await Patience.UntilAsync(() => waiting.IsCompleted || _engine.Called("Watch") == 4, "a wait for the holder");
        Assert.False(waiting.IsCompleted);

        await held.UnlockAsync();
        await using var next = await waiting.WaitAsync(Patience.Limit);
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task A_contender_whose_lease_ends_while_it_waits_lines_up_again()
    {
        var held = await _store.LockAsync("k");
        var waiting = _store.LockAsync("k").AsTask();
        await Patience.UntilAsync(() => _engine.Keys.Count == 2, "two contenders");
        await _engine.RevokeLeaseAsync(_engine.Leases.Keys.Max());
        await Patience.UntilAsync(() => _engine.Keys.Count == 1, "one contender");

        await held.UnlockAsync();
        await using var next = await waiting.WaitAsync(Patience.Limit);
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task A_contender_whose_key_somebody_removes_lines_up_again_and_other_locks_stay_held()
    {
        await using var other = new RevisionedStore(_engine);
        var held = await other.LockAsync("k");
        await using var bystander = await _store.LockAsync("bystander");
        var waiting = _store.LockAsync("k").AsTask();
        await Patience.UntilAsync(() => _engine.Keys.Count == 3, "a lock, a bystander and a contender");
        await _engine.DeleteAsync(LockNames.DirectoryOf("k") + "2", default);

        await held.UnlockAsync();
        await using var next = await waiting.WaitAsync(Patience.Limit);
        Assert.True(next.IsHeld);
        Assert.True(bystander.IsHeld);
        Assert.False(bystander.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_contender_waits_on_though_history_is_compacted()
    {
        var held = await _store.LockAsync("k");
        var waiting = _store.LockAsync("k").AsTask();
        await Patience.UntilAsync(() => _engine.Called("Watch") > 0, "a watch on the holder");
        for (var i = 0; i < 3; i++)
        {
            var reads = _engine.Called("Range");
            _engine.EndWatches(new KvCompactedException(1, 2, "here"));
            await Patience.UntilAsync(() => _engine.Called("Range") > reads, "a look at the holder's key");
        }

        Assert.False(waiting.IsCompleted);
        await held.UnlockAsync();
        await using var next = await waiting.WaitAsync(Patience.Limit);
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task A_contender_sees_an_unlock_that_happened_before_its_watch_began()
    {
        var held = await _store.LockAsync("k");
        var once = 1;
        _engine.Before = async (call, _) =>
        {
            if (call == "Watch" && Interlocked.Exchange(ref once, 0) == 1)
            {
                await held.UnlockAsync(CancellationToken.None);
            }
        };
        await using var next = await _store.LockAsync("k").AsTask().WaitAsync(Patience.Limit);
        Assert.True(next.IsHeld);
    }

    [Theory]
    [InlineData("Grant")]
    [InlineData("Commit")]
    [InlineData("Watch")]
    public async Task A_wait_cancelled_wherever_it_stalls_leaves_nothing_behind(string stalled)
    {
        var held = await _store.LockAsync("k");
        using var cancel = new CancellationTokenSource();
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        _engine.Before = (call, token) =>
        {
            if (call != stalled)
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return release.Task.WaitAsync(token);
        };
        var waiting = _store.LockAsync("k", null, cancel.Token).AsTask();
        await reached.Task.WaitAsync(Patience.Limit);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience.Limit));
        release.SetResult();
        await held.UnlockAsync();
        await UntilFreeAsync();
    }

    [Theory]
    [InlineData("Grant")]
    [InlineData("Commit")]
    public async Task A_timeout_while_the_store_is_silent_is_timed_out_and_not_held_by_another(string stalled)
    {
        using var ended = new CancellationTokenSource();
        _engine.Before = (call, token) => call == stalled ? Task.Delay(Timeout.Infinite, ended.Token).WaitAsync(token) : Task.CompletedTask;
        var error = await Assert.ThrowsAsync<KvTimeoutException>(async () => await _store.LockAsync("k", Short).AsTask().WaitAsync(Patience.Limit));
        Assert.Equal(("k", _engine.Info.Address), (error.Key, error.Endpoint));
        await ended.CancelAsync();
        Assert.Empty(_engine.Keys);
    }

    [Fact]
    public async Task A_timeout_while_another_holds_the_lock_is_cannot_lock()
    {
        await using var other = new RevisionedStore(_engine);
        await using var held = await other.LockAsync("k");
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await _store.LockAsync("k", Short).AsTask().WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task A_new_uncontended_lock_costs_two_round_trips_more_than_its_lease_and_later_ones_two()
    {
        await (await _store.LockAsync("a")).UnlockAsync();
        Assert.Equal(["Grant", "Commit", "Commit"], _engine.Calls);
        await (await _store.LockAsync("b")).UnlockAsync();
        Assert.Equal(["Grant", "Commit", "Commit", "Commit", "Commit"], _engine.Calls);
    }

    [Fact]
    public async Task Locks_taken_one_after_the_other_leave_one_lease_at_most()
    {
        for (var i = 0; i < 50; i++)
        {
            await (await _store.LockAsync($"{i}")).UnlockAsync();
        }

        Assert.Single(_engine.Leases.Keys);
    }

    private static KvUnreachableException Unreachable() => new(KvUnreachableReason.ConnectionLost, "for the test");

    private Task UntilFreeAsync() => Patience.UntilAsync(() => _engine.Keys.Count == 0, "no key left");

    private void OnceAfter(string call, Func<Exception> failure)
    {
        var once = 1;
        _engine.After = (name, _) => name == call && Interlocked.Exchange(ref once, 0) == 1 ? throw failure() : Task.CompletedTask;
    }
}
