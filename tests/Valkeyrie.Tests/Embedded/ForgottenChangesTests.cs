using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Tests.Embedded;

/// <summary>Watches whose history is compacted meanwhile.</summary>
public sealed class ForgottenChangesTests : IDisposable
{
    private readonly EmbeddedFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_watch_is_told_when_the_beginning_of_a_revision_was_forgotten_before_it_looked()
    {
        await using var store = _file.Open();
        await store.PutAsync("mine/begun", "");
        await using var watching = RunningWatch.Tree(store, "mine");
        await using var witness = RunningWatch.Key(store, "other/b");
        Assert.Equal("mine/begun", (await watching.NextAsync()).Key);
        var last = await store.PutAsync("other/b", "");
        Assert.Equal("other/b", (await witness.NextAsync()).Key);

        // The state that another process leaves after it removed three keys in one step and compacted the first two changes: all at once, so no one
        // can have read in between.
        var next = Position.FirstOf(last.Revision + 1);
        _file.Execute(
            "BEGIN IMMEDIATE",
            "DELETE FROM history",
            $"INSERT INTO history VALUES({next + 2}, 0, CAST('other/c' AS BLOB), 0, 0, 0, NULL, 0, 0, 0, 0, NULL)",
            "COMMIT");
        var compacted = Assert.IsType<KvCompactedException>(await watching.EndAsync());
        Assert.Equal("mine", compacted.Key);
    }

    [Fact]
    public async Task A_watch_that_has_seen_the_newest_revision_needs_it_no_more()
    {
        await using var store = _file.Open();
        await store.PutAsync("a", "0");
        using var connection = Connection.Open(_file.Path, Patience.Limit);
        var reader = new PairReader(connection, KeyCodec.Plain);
        var range = KvRange.Key("a");
        var (events, through, complete) = EventReader.Read(reader, range, Interval.Of(KeyCodec.Plain, range), Position.FirstOf(1), long.MaxValue, previousValue: false);
        Assert.Equal((1, true), (events.Count, complete));

        var newest = await store.PutAsync("a", "1");
        await using (var engine = _file.OpenEngine())
        {
            await engine.CompactAsync(newest.Revision, CancellationToken.None);
        }

        var later = EventReader.Read(reader, range, Interval.Of(KeyCodec.Plain, range), through + 1, long.MaxValue, previousValue: false);
        Assert.Equal(["1"], later.Events.Select(e => e.Value));
    }

    [Fact]
    public async Task A_revision_larger_than_one_look_is_seen_by_every_watch_of_it()
    {
        const int Keys = 10_000;
        await using var store = _file.Open();
        await store.PutAsync("a/00000", "");
        await using var tree = RunningWatch.Tree(store, "a");
        await using var key = RunningWatch.Key(store, $"a/{Keys - 1:D5}");
        Assert.Equal(KvEventType.Existing, (await tree.NextAsync()).Type);
        await store.GetCapability<IKvTransactions>().CommitAsync(
            new KvTransaction { Then = [.. Enumerable.Range(0, Keys).Select(i => new KvOperation.Put($"a/{i:D5}", ReadOnlyMemory<byte>.Empty))] });
        Assert.Equal(Keys, (await tree.NextAsync(Keys)).Select(e => e.Key).Distinct().Count());
        Assert.Equal($"a/{Keys - 1:D5}", (await key.NextAsync()).Key);
        await store.PutAsync("a/last", "");
        Assert.Equal("a/last", (await tree.NextAsync()).Key);
    }
}
