using Valkeyrie.Embedded.Storage;
using Valkeyrie.Embedded.Watching;

namespace Valkeyrie.Tests.Embedded.Watching;

/// <summary>A watch reads only its own changes of the history, and each once. Many watches therefore cost no more than their changes.</summary>
public sealed class WatcherTests
{
    private static readonly long Begin = Position.FirstOf(5);

    [Fact]
    public void A_watch_begins_with_all_that_is_there()
    {
        using var watcher = Of(KvRange.Key("k"));
        Assert.True(watcher.IsBehind);
        Assert.Equal((Begin, long.MaxValue), watcher.Take());
        Assert.False(watcher.IsBehind);
    }

    [Fact]
    public void A_watch_of_a_key_reads_the_change_that_was_found_alone()
    {
        using var watcher = CaughtUp(KvRange.Key("k"), through: Begin + 9);
        watcher.Found(Begin + 100);
        Assert.True(watcher.IsBehind);
        Assert.Equal((Begin + 100, Begin + 100), watcher.Take());
    }

    [Fact]
    public void A_watch_of_a_range_reads_the_changes_of_a_revision_together()
    {
        using var watcher = CaughtUp(KvRange.Directory("d"), through: Position.LastOf(5));
        watcher.Found(Position.FirstOf(7) + 3);
        Assert.Equal((Position.FirstOf(7) + 3, Position.LastOf(7)), watcher.Take());
    }

    [Fact]
    public void What_is_found_while_a_watch_reads_is_for_the_next_time_unless_it_was_read()
    {
        using var watcher = Of(KvRange.Key("k"));
        var (_, until) = watcher.Take();
        watcher.Found(Begin + 5);
        watcher.Account(Begin + 5, until, complete: true);
        Assert.False(watcher.IsBehind);

        watcher.Found(Begin + 7);
        (_, until) = watcher.Take();
        watcher.Found(Begin + 9);
        watcher.Found(Begin + 11);
        watcher.Account(until, until, complete: true);
        Assert.Equal((Begin + 9, Begin + 11), watcher.Take());
    }

    [Fact]
    public void What_was_too_much_for_once_goes_on_where_it_stopped()
    {
        using var watcher = Of(KvRange.Key("k"));
        var (_, until) = watcher.Take();
        watcher.Account(Begin + 500, until, complete: false);
        Assert.Equal((Begin + 501, long.MaxValue), watcher.Take());
    }

    [Fact]
    public void What_was_accounted_for_is_not_read_again()
    {
        using var watcher = CaughtUp(KvRange.Key("k"), through: Begin + 9);
        watcher.Found(Begin + 9);
        Assert.False(watcher.IsBehind);
    }

    [Fact]
    public void Where_changes_were_forgotten_a_watch_looks_from_there_to_the_newest()
    {
        using var watcher = CaughtUp(KvRange.Key("k"), through: Begin + 9);
        watcher.LookAfter(Begin + 40);
        Assert.Equal((Begin + 41, long.MaxValue), watcher.Take());
    }

    private static Watcher Of(KvRange range) => new(range, Interval.Of(KeyCodec.Plain, range), Begin);

    private static Watcher CaughtUp(KvRange range, long through)
    {
        var watcher = Of(range);
        var (_, until) = watcher.Take();
        watcher.Account(through, until, complete: true);
        return watcher;
    }
}
