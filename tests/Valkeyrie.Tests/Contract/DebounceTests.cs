using System.Threading.Channels;

namespace Valkeyrie.Tests.Contract;

/// <summary>Changes in quick succession are grouped. The test controls the time, so no clock decides.</summary>
public sealed class DebounceTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly ManualTime _time = new();
    private readonly Channel<KvEvent> _changes = Channel.CreateUnbounded<KvEvent>();

    [Fact]
    public async Task A_batch_is_given_once_nothing_has_changed_for_the_pause()
    {
        await using var batches = _changes.Reader.ReadAllAsync().Debounce(Pause, _time).GetAsyncEnumerator();
        var next = batches.MoveNextAsync().AsTask();
        await WriteAsync("a", next, isFirst: true);
        await _time.AdvanceAsync(Pause / 2);
        await WriteAsync("b", next);
        Assert.False(next.IsCompleted);
        await WriteAsync("a", next);
        await _time.AdvanceAsync(Pause);
        Assert.True(await next);
        Assert.Equal(["b", "a"], batches.Current.Select(c => c.Key));

        next = batches.MoveNextAsync().AsTask();
        await WriteAsync("c", next, isFirst: true);
        await _time.AdvanceAsync(Pause);
        Assert.True(await next);
        Assert.Equal(["c"], batches.Current.Select(c => c.Key));
        _changes.Writer.Complete();
        Assert.False(await batches.MoveNextAsync());
    }

    [Fact]
    public async Task Changes_without_a_pause_are_given_after_ten_pauses()
    {
        await using var batches = _changes.Reader.ReadAllAsync().Debounce(Pause, _time).GetAsyncEnumerator();
        var next = batches.MoveNextAsync().AsTask();
        for (var i = 0; i < 40 && !next.IsCompleted; i++)
        {
            await WriteAsync($"{i}", next, isFirst: i == 0);
            await _time.AdvanceAsync(Pause / 2);
        }

        Assert.True(await next);
        Assert.InRange(batches.Current.Count, 15, 25);
    }

    [Fact]
    public async Task What_ends_the_changes_ends_the_batches_after_the_last_one()
    {
        await using var batches = _changes.Reader.ReadAllAsync().Debounce(Pause, _time).GetAsyncEnumerator();
        var next = batches.MoveNextAsync().AsTask();
        await WriteAsync("a", next, isFirst: true);
        _changes.Writer.Complete(new KvStoreClosedException("here"));
        Assert.True(await next);
        Assert.Equal(["a"], batches.Current.Select(c => c.Key));
        await Assert.ThrowsAsync<KvStoreClosedException>(async () => await batches.MoveNextAsync());
    }

    // Returns when the change has been taken and a timer for the pause after it exists; with the first change of a batch there are two. Or when the batch has
    // been delivered.
    private async Task WriteAsync(string key, Task batch, bool isFirst = false)
    {
        var timers = _time.Made + (isFirst ? 2 : 1);
        _changes.Writer.TryWrite(new KvEvent { Type = KvEventType.Put, Pair = new KvPair { Key = key } });
        await Patience.UntilAsync(() => Task.FromResult(_time.Made >= timers || batch.IsCompleted), "a timer for the change");
    }

    /// <summary>A time that advances on request.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private readonly Lock _gate = new();
        private readonly List<Timer> _timers = [];
        private TimeSpan _now;

        public int Made { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (_gate)
            {
                var timer = new Timer(this, callback, state, _now + dueTime);
                _timers.Add(timer);
                Made++;
                return timer;
            }
        }

        public async Task AdvanceAsync(TimeSpan time)
        {
            Timer[] due;
            lock (_gate)
            {
                _now += time;
                due = [.. _timers.Where(t => t.Due <= _now)];
                _timers.RemoveAll(t => t.Due <= _now);
            }

            foreach (var timer in due)
            {
                timer.Fire();
            }

            await Task.Yield();
        }

        private sealed class Timer(ManualTime time, TimerCallback callback, object? state, TimeSpan due) : ITimer
        {
            public TimeSpan Due => due;

            public void Fire() => callback(state);

            public bool Change(TimeSpan dueTime, TimeSpan period) => false;

            public void Dispose()
            {
                lock (time._gate)
                {
                    time._timers.Remove(this);
                }
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
