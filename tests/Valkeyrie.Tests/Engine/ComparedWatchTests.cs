using System.Runtime.CompilerServices;

namespace Valkeyrie.Tests.Engine;

/// <summary>The recipe of a watch by comparison, with states from the test.</summary>
public sealed class ComparedWatchTests
{
    [Fact]
    public async Task What_differs_between_two_states_is_told_in_the_order_of_revisions()
    {
        var observer = new ScriptedObserver(
            State(10, Pair("a", 3), Pair("b", 4), Pair("c", 5), Pair("d", 6)),
            State(20, Pair("a", 19), Pair("c", 5), Pair("d", 18, created: 17), Pair("e", 12)));
        var events = await ReadAsync(observer, new KvWatchOptions { PreviousValue = true }, 9);
        Assert.Equal(["Existing a @3", "Existing b @4", "Existing c @5", "Existing d @6", "Put e @12", "Delete d @16", "Put d @18", "Put a @19", "Delete b @20"], events.Select(e => $"{e}"));
        Assert.Equal([null, "d6", null, "a3", "b4"], events.Skip(4).Select(e => e.PreviousValue));
    }

    [Fact]
    public async Task A_state_that_breaks_off_changes_nothing_and_is_read_again()
    {
        var observer = new ScriptedObserver(
            State(10, Pair("a", 3), Pair("b", 4)),
            State(20, Pair("a", 15), null),
            State(20, Pair("a", 15), Pair("b", 4)));
        var events = await ReadAsync(observer, new KvWatchOptions { Outages = true }, 5);
        Assert.Equal(["Existing a @3", "Existing b @4", "Outage t @10", "Resumed t @20", "Put a @15"], events.Select(e => $"{e}"));
        Assert.Equal(1, observer.Restarts);
    }

    [Fact]
    public async Task A_watch_that_never_began_tells_its_caller()
    {
        var observer = new ScriptedObserver(State(10, Pair("a", 3), null));
        await Assert.ThrowsAsync<KvUnreachableException>(() => ReadAsync(observer, new KvWatchOptions(), 9));
    }

    [Fact]
    public async Task Another_history_ends_a_watch_or_is_listed_anew_when_asked()
    {
        static ScriptedObserver Observer() => new(State(10, Pair("a", 3), Pair("b", 4)), new KvHistoryChangedException("as if"), State(2, Pair("c", 2)), State(3, Pair("c", 3)));
        await Assert.ThrowsAsync<KvHistoryChangedException>(() => ReadAsync(Observer(), new KvWatchOptions(), 9));
        var events = await ReadAsync(Observer(), new KvWatchOptions { Resynchronize = true }, 5);
        Assert.Equal(["Existing a @3", "Existing b @4", "Resync t @2", "Existing c @2", "Put c @3"], events.Select(e => $"{e}"));
    }

    [Fact]
    public async Task Changes_only_leaves_out_what_is_there_and_a_same_state_tells_nothing()
    {
        var observer = new ScriptedObserver(State(10, Pair("a", 3)), State(10, Pair("a", 3)), State(11, Pair("a", 11)));
        Assert.Equal(["Put a @11"], (await ReadAsync(observer, new KvWatchOptions { ChangesOnly = true }, 1)).Select(e => $"{e}"));
    }

    private static async Task<List<KvEvent>> ReadAsync(ScriptedObserver observer, KvWatchOptions options, int count)
    {
        var events = new List<KvEvent>();
        await foreach (var change in ComparedWatch.ReadAsync(observer, KvRange.Directory("t"), options, "scripted:", CancellationToken.None))
        {
            events.Add(change);
            if (events.Count == count)
            {
                break;
            }
        }

        return events;
    }

    private static KvPair Pair(string key, long revision, long created = 1) =>
        new(System.Text.Encoding.UTF8.GetBytes($"{key}{revision}")) { Key = key, Revision = revision, CreateRevision = created };

    // A null among the pairs marks a broken connection.
    private static ScriptedState State(long revision, params KvPair?[] pairs) => new(revision, pairs);

    private sealed class ScriptedState(long revision, KvPair?[] pairs) : IRangeState
    {
        public long Revision => revision;

        public IAsyncEnumerable<KvPair> Pairs => ReadAsync();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async IAsyncEnumerable<KvPair> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (var pair in pairs)
            {
                await Task.Yield();
                yield return pair ?? throw new KvUnreachableException(KvUnreachableReason.ConnectionLost, "as if");
            }
        }
    }

    private sealed class ScriptedObserver(params object[] script) : IRangeObserver
    {
        private int _at;

        public int Restarts { get; private set; }

        public async ValueTask<IRangeState> NextAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            return script[_at++] switch
            {
                IRangeState state => state,
                var error => throw (Exception)error,
            };
        }

        public ValueTask<long> NewestRevisionAsync(CancellationToken cancellationToken) => new(100);

        public void Restart() => Restarts++;

        public void AcceptHistory()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
