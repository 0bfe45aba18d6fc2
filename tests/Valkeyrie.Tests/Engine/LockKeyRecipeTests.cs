namespace Valkeyrie.Tests.Engine;

/// <summary>Lock keys are distinguished from data with similar names, even if answers without values lack the leases.</summary>
public sealed class LockKeyRecipeTests : IAsyncDisposable
{
    private static readonly KvListOptions KeysOnly = new() { KeysOnly = true };

    private readonly ScriptedEngine _engine = new();
    private readonly RevisionedStore _store;

    public LockKeyRecipeTests() => _store = new RevisionedStore(_engine);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Keys_without_leases_are_read_once_more_and_only_those_in_doubt()
    {
        await using var held = await _store.LockAsync("k");
        await _store.PutAllAsync(["a/1", "a/2", "k___lock/7f", "k___lock/text", "z"]);
        var before = _engine.Called("Range");
        Assert.Equal(["a/1", "a/2", "k___lock/7f", "k___lock/text", "z"], await _store.KeysAsync(KvRange.All, KeysOnly));
        Assert.Equal(3, _engine.Called("Range") - before);
    }

    [Fact]
    public async Task A_listing_without_a_key_in_doubt_is_read_once()
    {
        await _store.PutAllAsync(["a/1", "k___lock/text", "z"]);
        var before = _engine.Called("Range");
        await _store.KeysAsync(KvRange.All, KeysOnly);
        Assert.Equal(1, _engine.Called("Range") - before);
    }

    [Fact]
    public async Task Names_in_a_directory_that_is_shown_already_are_not_read_again()
    {
        await _store.PutAllAsync(["r/z", .. Enumerable.Range(1, 500).Select(i => $"r/d/k___lock/{i:x}")]);
        var before = _engine.Called("Range");
        Assert.Equal(["d", "z"], (await _store.EntriesAsync(KvRange.Below("r"), new KvEntryOptions { KeysOnly = true })).Select(e => e.Name));
        Assert.InRange(_engine.Called("Range") - before, 2, 40);
    }

    [Fact]
    public async Task A_watch_outlasts_a_store_that_is_away_when_an_ended_key_is_in_doubt()
    {
        await using var other = new RevisionedStore(_engine);
        var held = await other.LockAsync("k");
        await _store.PutAllAsync("k___lock/7f");
        await using var watching = RunningWatch.Tree(_store, KvRange.All, new KvWatchOptions { FromRevision = _engine.Revision });
        await watching.UntilAsync(e => e.Key == "k___lock/7f");
        var failures = 0;
        _engine.Before = (call, _) => call == "Range" && Interlocked.Increment(ref failures) == 1
            ? throw new KvUnreachableException(KvUnreachableReason.ConnectionLost, "gone")
            : Task.CompletedTask;
        await held.UnlockAsync();
        await _store.PutAllAsync("end");
        Assert.Equal("end", (await watching.NextAsync()).Key);
        Assert.Equal(2, failures);
    }
}
