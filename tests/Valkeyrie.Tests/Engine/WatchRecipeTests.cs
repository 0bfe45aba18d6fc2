namespace Valkeyrie.Tests.Engine;

/// <summary>The recipe "first the existing pairs, then every change", with a store that changes, fails or compacts at the worst moment.</summary>
public sealed class WatchRecipeTests : IAsyncDisposable
{
    private const int MoreThanAPage = 1_200;

    private readonly ScriptedEngine _engine = new();
    private readonly RevisionedStore _store;

    public WatchRecipeTests() => _store = new RevisionedStore(_engine);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task What_is_written_between_the_pages_of_the_read_is_seen_once()
    {
        await FillAsync();
        OnceBefore("Range", 2, async () =>
        {
            await _store.PutAsync("d/0000", "changed");
            await _store.PutAsync("d/new", "new");
        });
        await using var watching = RunningWatch.Tree(_store, "d");
        var events = await watching.NextAsync(MoreThanAPage + 2);
        Assert.All(events.Take(MoreThanAPage), e => Assert.Equal((KvEventType.Existing, "old"), (e.Type, e.Value)));
        Assert.Equal([("d/0000", "changed"), ("d/new", "new")], events.Skip(MoreThanAPage).Select(e => (e.Key, e.Value)));
    }

    [Fact]
    public async Task What_is_written_between_the_read_and_the_watch_is_seen_once()
    {
        await _store.PutAsync("d/a", "0");
        OnceBefore("Watch", 1, async () => await _store.PutAsync("d/a", "1"));
        await using var watching = RunningWatch.Tree(_store, "d");
        Assert.Equal([(KvEventType.Existing, "0"), (KvEventType.Put, "1")], (await watching.NextAsync(2)).Select(e => (e.Type, e.Value)));
    }

    [Fact]
    public async Task What_is_written_before_the_watch_of_changes_alone_has_begun_is_seen_once()
    {
        await _store.PutAsync("d/a", "0");
        OnceBefore("Watch", 1, async () => await _store.PutAsync("d/a", "1"));
        await using var watching = RunningWatch.Tree(_store, "d", new KvWatchOptions { ChangesOnly = true });
        Assert.Equal("1", (await watching.NextAsync()).Value);
    }

    [Fact]
    public async Task History_compacted_between_the_read_and_the_watch_is_revision_compacted()
    {
        await _store.PutAsync("d/a", "0");
        OnceBefore("Watch", 1, CompactAllAsync);
        await using var watching = RunningWatch.Tree(_store, "d");
        Assert.Equal(KvEventType.Existing, (await watching.NextAsync()).Type);
        Assert.IsType<KvCompactedException>(await watching.EndAsync());
    }

    [Fact]
    public async Task History_compacted_between_the_read_and_the_watch_is_read_anew_when_asked()
    {
        await _store.PutAsync("d/a", "0");
        OnceBefore("Watch", 1, CompactAllAsync);
        await using var watching = RunningWatch.Tree(_store, "d", new KvWatchOptions { Resynchronize = true });
        Assert.Equal(
            [(KvEventType.Existing, "0"), (KvEventType.Resync, ""), (KvEventType.Existing, "0")],
            (await watching.NextAsync(3)).Select(e => (e.Type, e.Value)));
        await _store.PutAsync("d/b", "1");
        Assert.Equal((KvEventType.Put, "d/b"), (await watching.NextAsync()) is var put ? (put.Type, put.Key) : default);
    }

    [Fact]
    public async Task History_compacted_between_the_pages_of_the_read_is_revision_compacted()
    {
        await FillAsync();
        OnceBefore("Range", 2, CompactAllAsync);
        await using var watching = RunningWatch.Tree(_store, "d");
        Assert.IsType<KvCompactedException>(await watching.EndAsync());
    }

    [Fact]
    public async Task History_compacted_between_the_pages_of_the_read_is_read_anew_when_asked()
    {
        await FillAsync();
        OnceBefore("Range", 2, CompactAllAsync);
        await using var watching = RunningWatch.Tree(_store, "d", new KvWatchOptions { Resynchronize = true });
        var before = await watching.UntilAsync(e => e.Type == KvEventType.Resync);
        Assert.InRange(before.Count, 1, MoreThanAPage);
        var after = await watching.NextAsync(MoreThanAPage);
        Assert.All(after, e => Assert.Equal(KvEventType.Existing, e.Type));
        Assert.Equal(MoreThanAPage, after.Select(e => e.Key).Distinct().Count());
    }

    [Fact]
    public async Task A_watch_that_fell_behind_is_read_anew_when_asked()
    {
        await _store.PutAsync("d/a", "0");
        await using var watching = RunningWatch.Tree(_store, "d", new KvWatchOptions { Resynchronize = true });
        await watching.NextAsync();
        await UntilCalledAsync("Watch");
        _engine.EndWatches(new KvCompactedException(1, 2, "here"));
        Assert.Equal([KvEventType.Resync, KvEventType.Existing], (await watching.NextAsync(2)).Select(e => e.Type));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_watch_that_reads_anew_outlasts_a_store_that_is_away_meanwhile(int failingRead)
    {
        await _store.PutAsync("d/a", "0");
        await using var watching = RunningWatch.Tree(_store, "d", new KvWatchOptions { Resynchronize = true });
        await watching.NextAsync();
        await UntilCalledAsync("Watch");
        OnceBefore("Range", failingRead, () => throw new KvUnreachableException(KvUnreachableReason.ConnectionFailed, "for the test"));
        _engine.EndWatches(new KvCompactedException(1, 2, "here"));
        Assert.Equal("0", (await watching.UntilAsync(e => e.Type == KvEventType.Existing))[^1].Value);
        await _store.PutAsync("d/a", "1");
        Assert.Equal("1", (await watching.NextAsync()).Value);
    }

    [Fact]
    public async Task A_watch_that_fell_behind_is_revision_compacted_when_not_asked()
    {
        await using var watching = RunningWatch.Tree(_store, "d");
        await UntilCalledAsync("Watch");
        _engine.EndWatches(new KvCompactedException(1, 2, "here"));
        Assert.IsType<KvCompactedException>(await watching.EndAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_history_that_changes_between_the_read_and_the_watch_is_noticed(bool resynchronize)
    {
        await _store.PutAsync("d/a", "0");
        OnceBefore("Watch", 1, () =>
        {
            _engine.Restore(50);
            return Task.CompletedTask;
        });
        await using var watching = RunningWatch.Tree(_store, "d", new KvWatchOptions { Resynchronize = resynchronize });
        await watching.NextAsync();
        if (resynchronize)
        {
            Assert.Equal([KvEventType.Resync, KvEventType.Existing], (await watching.NextAsync(2)).Select(e => e.Type));
        }
        else
        {
            Assert.IsType<KvHistoryChangedException>(await watching.EndAsync());
        }
    }

    [Fact]
    public async Task A_history_that_changes_between_the_pages_of_the_read_is_noticed()
    {
        await FillAsync();
        OnceBefore("Range", 2, () =>
        {
            _engine.Restore(_engine.Revision);
            return Task.CompletedTask;
        });
        await using var watching = RunningWatch.Tree(_store, "d");
        Assert.IsType<KvHistoryChangedException>(await watching.EndAsync());
    }

    [Fact]
    public async Task An_outage_while_a_watch_reads_anew_is_told_once()
    {
        await _store.PutAsync("d/a", "0");
        await using var watching = RunningWatch.Tree(_store, "d", new KvWatchOptions { Resynchronize = true, Outages = true });
        await watching.NextAsync();
        await UntilCalledAsync("Watch");
        var failures = 2;
        _engine.Before = (call, _) => call == "Range" && failures-- > 0
            ? throw new KvUnreachableException(KvUnreachableReason.ConnectionFailed, "for the test")
            : Task.CompletedTask;
        _engine.EndWatches(new KvCompactedException(1, 2, "here"));
        var events = await watching.NextAsync(4);
        Assert.Equal([KvEventType.Outage, KvEventType.Resumed, KvEventType.Resync, KvEventType.Existing], events.Select(e => e.Type));
        Assert.Equal("for the test", events[0].Error?.Message);
    }

    [Fact]
    public async Task A_read_that_fails_ends_the_watch_with_its_error()
    {
        var failure = new KvTimeoutException("for the test");
        _engine.Before = (call, _) => call == "Range" ? throw failure : Task.CompletedTask;
        await using var watching = RunningWatch.Tree(_store, "d");
        Assert.Same(failure, await watching.EndAsync());
    }

    [Theory]
    [InlineData("Range")]
    [InlineData("Watch")]
    public async Task Closing_the_store_ends_a_watch_wherever_it_stalls(string stalled)
    {
        _engine.Before = (call, token) => call == stalled ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        await using var watching = RunningWatch.Tree(_store, "d");
        await UntilCalledAsync(stalled == "Range" ? stalled : "Range");
        await _store.DisposeAsync();
        Assert.IsType<KvStoreClosedException>(await watching.EndAsync());
        Assert.True(_engine.IsDisposed);
    }

    private async Task FillAsync()
    {
        for (var i = 0; i < MoreThanAPage; i++)
        {
            await _store.PutAsync($"d/{i:0000}", "old");
        }
    }

    private async Task CompactAllAsync()
    {
        await _store.PutAsync("elsewhere", "");
        _engine.Compact(_engine.Revision);
    }

    private Task UntilCalledAsync(string call) => Patience.UntilAsync(() => _engine.Called(call) > 0, call);

    /// <summary>Runs an action directly before the n-th call of a name.</summary>
    private void OnceBefore(string call, int which, Func<Task> action)
    {
        var calls = 0;
        _engine.Before = (name, _) => name == call && Interlocked.Increment(ref calls) == which ? action() : Task.CompletedTask;
    }
}
