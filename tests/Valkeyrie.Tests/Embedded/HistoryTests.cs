using Valkeyrie.Embedded;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Tests.Embedded;

/// <summary>The kept and the compacted history.</summary>
public sealed class HistoryTests : IDisposable
{
    private readonly EmbeddedFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task History_beyond_its_count_is_forgotten_and_every_newest_value_is_kept()
    {
        await using var store = _file.Open(new EmbeddedOptions { HistoryRevisions = 100 });
        await store.PutAsync("once", "kept");
        var first = await store.PutAsync("a", "0");
        KvPair last = first;
        for (var i = 1; i <= 2_000; i++)
        {
            last = await store.PutAsync("a", $"{i}");
        }

        await Assert.ThrowsAsync<KvCompactedException>(async () => await store.TryGetAsync("a", new KvReadOptions { Revision = first.Revision }));
        var within = new KvReadOptions { Revision = last.Revision - 99 };
        Assert.Equal("1901", (await store.GetAsync("a", within)).Value);
        Assert.Equal(["a", "once"], (await store.ListAllAsync(KvRange.All, new KvListOptions { Revision = within.Revision })).Select(p => p.Key));
        Assert.Equal("kept", (await store.GetAsync("once")).Value);
        Assert.InRange(_file.Scalar("SELECT count(*) FROM history"), 100, 1_000);
    }

    [Fact]
    public async Task History_beyond_its_age_is_forgotten()
    {
        await using (var store = _file.Open())
        {
            await store.PutAllAsync(Enumerable.Range(0, 50).Select(i => $"a/{i}"));
            await store.DeleteTreeAsync("a");
        }

        var newest = _file.Scalar("SELECT max(position) FROM history") >> 24;
        _file.Execute("UPDATE history SET written = written - 3600000");
        await using var later = _file.Open(new EmbeddedOptions { HistoryAge = TimeSpan.FromMinutes(30) });
        await later.PingAsync();
        await Patience.UntilAsync(() => _file.Scalar("SELECT min(position) FROM history") >> 24 == newest, "only the newest revision is left");
        Assert.Equal(0, _file.Scalar("SELECT count(*) FROM pairs"));

        // The newest revision remains, and with it the keys that it deleted.
        Assert.Equal(50, _file.Scalar("SELECT count(*) FROM deleted"));
        Assert.Equal(newest + 1, (await later.PutAsync("b", "")).Revision);
    }

    [Fact]
    public async Task A_file_does_not_grow_with_the_number_of_writes()
    {
        await using var store = _file.Open(new EmbeddedOptions { HistoryRevisions = 50 });
        var value = new byte[4096];
        for (var i = 0; i < 4_000; i++)
        {
            await store.PutAsync($"a/{i % 10}", value);
        }

        // 16 MB were written; some 60 versions of 4 KiB, the slack of compaction and the tables remain.
        Assert.InRange(_file.Scalar("PRAGMA page_count") * 4096, 0, 6_000_000);
        Assert.InRange(_file.Scalar("SELECT count(*) FROM large_values"), 60, 1_100);
    }

    [Fact]
    public async Task What_was_removed_is_given_back_to_the_disk()
    {
        await using (var store = _file.Open())
        {
            var value = new byte[100_000];
            for (var i = 0; i < 200; i++)
            {
                await store.PutAsync($"a/{i}", value);
            }

            await store.DeleteTreeAsync("a");
            await store.PutAsync("b", "");
        }

        var before = new FileInfo(_file.Path).Length;
        await using (var engine = _file.OpenEngine())
        {
            await engine.CompactAsync(long.MaxValue, CancellationToken.None);
        }

        await using (var store = _file.Open())
        {
            await store.PingAsync();
            await Patience.UntilAsync(() => _file.Scalar("PRAGMA freelist_count") < 2048, "free pages are given back");
        }

        Assert.True(new FileInfo(_file.Path).Length < before / 2);
        Assert.Equal("ok", _file.CheckIntegrity());
    }

    [Fact]
    public async Task Large_values_are_read_at_every_revision_and_forgotten_with_their_change()
    {
        await using var store = _file.Open();
        var versions = new List<(long Revision, byte[] Bytes)>();
        foreach (var size in new[] { 0, Schema.InlineLimit, Schema.InlineLimit + 1, 1 << 20, 3, 5_000 })
        {
            var bytes = new byte[size];
            new Random(size).NextBytes(bytes);
            versions.Add(((await store.PutAsync("a", bytes)).Revision, bytes));
        }

        await store.DeleteAsync("a");
        foreach (var (revision, bytes) in versions)
        {
            Assert.Equal(bytes, (await store.GetAsync("a", new KvReadOptions { Revision = revision })).GetBytes());
        }

        await using var watching = RunningWatch.Key(store, "a", new KvWatchOptions { FromRevision = versions[0].Revision, PreviousValue = true });
        var events = await watching.NextAsync(versions.Count + 1);
        Assert.Equal(versions.Select(v => v.Bytes), events.SkipLast(1).Select(e => e.GetBytes()));
        Assert.Equal(versions.Select(v => v.Bytes), events.Skip(1).Select(e => e.Previous!.GetBytes()));

        var newest = await store.PutAsync("b", new byte[5_000]);
        await using (var engine = _file.OpenEngine())
        {
            await engine.CompactAsync(newest.Revision, CancellationToken.None);
        }

        Assert.Equal(1, _file.Scalar("SELECT count(*) FROM large_values"));
        Assert.Equal(0, _file.Scalar("SELECT count(*) FROM deleted"));
        Assert.Equal(5_000, (await store.GetAsync("b")).GetBytes().Length);
    }

    [Fact]
    public async Task A_future_revision_is_an_invalid_argument()
    {
        await using var store = _file.Open();
        var pair = await store.PutAsync("a", "");
        var future = new KvReadOptions { Revision = pair.Revision + 1 };
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await store.TryGetAsync("a", future));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await store.CountAsync("a", future));
    }
}
