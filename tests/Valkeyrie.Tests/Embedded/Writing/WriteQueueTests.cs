using Valkeyrie.Embedded;
using Valkeyrie.Embedded.Databases;
using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Tests.Embedded.Writing;

/// <summary>Queued writes while another process keeps the file busy.</summary>
public sealed class WriteQueueTests : IDisposable
{
    private readonly EmbeddedFile _file = new();
    private readonly FileDatabase _database;

    public WriteQueueTests() =>
        _database = FileDatabase.Open(_file.Path, KeyCodec.Plain, new EmbeddedOptions().Bounds, Patience.Limit, () => new KvStoreClosedException(_file.Path));

    public void Dispose()
    {
        _database.Dispose();
        _file.Dispose();
    }

    [Fact]
    public async Task A_write_that_was_cancelled_while_it_waited_is_not_made()
    {
        using var cancel = new CancellationTokenSource();
        using ManualResetEventSlim begun = new(), goOn = new();
        var first = _database.WriteAsync(
            (begun, goOn),
            static (writer, signals) =>
            {
                signals.begun.Set();
                signals.goOn.Wait();
                return writer.Put("first", [], 0);
            },
            CancellationToken.None);
        Assert.True(begun.Wait(Patience.Limit));
        var cancelled = PutAsync("cancelled", cancel.Token);
        var last = PutAsync("last");
        await cancel.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Patience.Limit));
        Assert.Equal(cancel.Token, error.CancellationToken);
        goOn.Set();

        await first;
        await last;
        Assert.Equal(["first", "last"], Keys());
    }

    [Fact]
    public async Task A_write_that_was_begun_ends_at_once_when_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        using var other = Busy();
        var begun = PutAsync("begun", cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => begun.WaitAsync(Patience.Limit));
        other.Execute("ROLLBACK");
        await PutAsync("next");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_that_fails_in_an_unforeseen_way_fails_no_other(bool hasWritten)
    {
        List<Task<PairVersion>> good;
        Task bad;
        using (var other = Busy())
        {
            good = [PutAsync("0"), PutAsync("1")];
            bad = _database.WriteAsync<bool, int>(
                hasWritten,
                static (writer, hasWritten) =>
                {
                    if (hasWritten)
                    {
                        writer.Put("bad", [], 0);
                    }

                    throw new InvalidOperationException("for the test");
                },
                CancellationToken.None);
            good.Add(PutAsync("2"));
            other.Execute("ROLLBACK");
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
        await Task.WhenAll(good);
        Assert.Equal(["0", "1", "2"], Keys());
    }

    [Fact]
    public async Task Writes_that_wait_when_the_store_is_closed_are_made()
    {
        Task closing;
        List<Task<PairVersion>> writes;
        using (var other = Busy())
        {
            writes = [.. Enumerable.Range(0, 5).Select(i => PutAsync($"{i}"))];
            closing = Task.Run(_database.Dispose);
            other.Execute("ROLLBACK");
        }

        await Task.WhenAll(writes).WaitAsync(Patience.Limit);
        await closing.WaitAsync(Patience.Limit);
        await Assert.ThrowsAsync<KvStoreClosedException>(() => PutAsync("late"));
        Assert.Equal(5, _file.Scalar("SELECT count(*) FROM pairs"));
    }

    [Fact]
    public async Task Many_leases_that_ended_together_are_ended_before_a_write_in_several_commits()
    {
        const int Count = 5_000;
        await _database.WriteAsync(
            0,
            static (writer, _) =>
            {
                Leases.TryGrant(writer, Count, seconds: 60);
                return writer.Put("k", [], Count);
            },
            CancellationToken.None);
        _file.Execute($"WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < {Count - 1}) INSERT INTO leases SELECT i, 60, i FROM n", "UPDATE leases SET deadline = id");
        _database.LookForDeadline();
        var commits = 0;
        _database.Committed = () => commits++;
        Assert.Null(await _database.WriteAsync(0, static (writer, _) => writer.Reader.Get("k"), CancellationToken.None));
        Assert.InRange(commits, 3, Count / 2);
        Assert.Equal(0, _file.Scalar("SELECT count(*) FROM leases"));
    }

    [Fact]
    public async Task Callers_that_block_every_thread_of_the_pool_are_told_of_their_writes()
    {
        await using var worker = Worker.Start("block", _file.Path);
        Assert.Equal("done", await worker.ReadAsync());
    }

    private Connection Busy()
    {
        var other = Connection.Open(_file.Path, Patience.Limit);
        other.Execute("BEGIN IMMEDIATE");
        return other;
    }

    private Task<PairVersion> PutAsync(string key, CancellationToken cancellationToken = default) =>
        _database.WriteAsync(key, static (writer, key) => writer.Put(key, [], 0), cancellationToken);

    private List<string> Keys() => _database.Read(
        new KvRangeQuery(KvRange.All), static (reader, query) => reader.InOneState(query, static (r, q) => r.Range(q, exactCount: false).Pairs.Select(p => p.Key).ToList()));
}
