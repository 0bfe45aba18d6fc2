namespace Valkeyrie.Tests.Conformance;

/// <summary>The older revisions of a key, if the store keeps them.</summary>
public abstract class HistoryConformance(IStoreRig rig) : StoreConformance(rig)
{
    private static readonly KvHistoryOptions SinceCreation = new() { SinceCreation = true };

    private IKvHistory History => Store.GetCapability<IKvHistory>();

    [Fact]
    public async Task Every_version_comes_newest_first_as_it_was_written()
    {
        Require(p => p.History);
        var written = new List<KvPair>();
        foreach (var value in new[] { "one", "", "three" })
        {
            written.Add(await Store.PutAsync(At("a"), value));
            await Store.PutAsync(At("b"), "between");
        }

        var history = await ReadAsync(At("a"));
        written.Reverse();
        Assert.All(history, e => Assert.Equal(KvEventType.Put, e.Type));
        Assert.Equal(written.Select(p => (p.Key, p.Revision, p.Value)), history.Select(e => (e.Key, e.Revision, e.Value)));
        Assert.Equal([3, 2, 1], history.Select(e => e.Pair.Version));
        Assert.All(history, e => Assert.Equal(written[^1].Revision, e.Pair.CreateRevision));
    }

    [Fact]
    public async Task Each_version_is_what_a_read_at_its_revision_gives()
    {
        Require(p => p.History);
        Require(p => p.Leases);
        var lease = await Store.GetCapability<IKvLeases>().GrantLeaseAsync(TimeSpan.FromHours(1));
        await Store.PutAsync(At("a"), "1");
        await Store.PutAsync(At("a"), "2", new KvPutOptions { LeaseId = lease.Id });
        await Store.PutAsync(At("a"), "3");
        foreach (var change in await ReadAsync(At("a")))
        {
            var read = await Store.GetAsync(At("a"), new KvReadOptions { Revision = change.Revision });
            Assert.Equal(
                (read.Revision, read.CreateRevision, read.Version, read.LeaseId, read.Value),
                (change.Revision, change.Pair.CreateRevision, change.Pair.Version, change.Pair.LeaseId, change.Value));
        }
    }

    [Fact]
    public async Task A_key_made_anew_has_the_changes_of_all_its_lives_parted_by_the_deletes()
    {
        Require(p => p.History);
        await WriteLivesAsync(3);
        await Store.PutAsync(At("a"), "last");
        Assert.Equal(["+last", "-", "+3.2", "+3.1", "-", "+2.2", "+2.1", "-", "+1.2", "+1.1"], Shown(await ReadAsync(At("a"))));
    }

    [Fact]
    public async Task A_key_that_does_not_exist_any_more_has_its_history()
    {
        Require(p => p.History);
        await WriteLivesAsync(2);
        await Store.PutAsync(At("b"), "later");
        var history = await ReadAsync(At("a"));
        Assert.Equal(["-", "+2.2", "+2.1", "-", "+1.2", "+1.1"], Shown(history));
        Assert.Equal(history.Select(e => e.Revision).OrderDescending(), history.Select(e => e.Revision));
        Assert.Null(await Store.TryGetAsync(At("a"), new KvReadOptions { Revision = history[0].Revision }));
        Assert.Equal("2.2", (await Store.GetAsync(At("a"), new KvReadOptions { Revision = history[0].Revision - 1 })).Value);
    }

    [Fact]
    public async Task A_key_that_was_removed_with_its_directory_has_its_history()
    {
        Require(p => p.History);
        await Store.PutAllAsync(At("d/a"), At("d/b"), At("d/c"));
        await Store.DeleteTreeAsync(At("d"));
        Assert.Equal(["-", "+"], Shown(await ReadAsync(At("d/b"))));
    }

    [Fact]
    public async Task SinceCreation_ends_where_the_key_was_last_created()
    {
        Require(p => p.History);
        await WriteLivesAsync(1);
        await Store.PutAsync(At("a"), "1");
        await Store.PutAsync(At("a"), "2");
        Assert.Equal(["+2", "+1"], Shown(await ReadAsync(At("a"), SinceCreation)));
        await Store.DeleteAsync(At("a"));
        await Assert.ThrowsAsync<KvKeyNotFoundException>(() => ReadAsync(At("a"), SinceCreation));
    }

    [Fact]
    public async Task A_key_of_which_nothing_is_known_is_key_not_found()
    {
        Require(p => p.History);
        await Store.PutAllAsync(At("ab"), At("a/b"));
        var missing = await Assert.ThrowsAsync<KvKeyNotFoundException>(() => ReadAsync(At("a")));
        Assert.Equal(At("a"), missing.Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    public async Task A_key_that_breaks_the_rules_is_refused(string key)
    {
        Require(p => p.History);
        await Assert.ThrowsAsync<KvInvalidArgumentException>(() => ReadAsync(key));
    }

    [Fact]
    public async Task Hundreds_of_versions_large_values_among_them_come_back_unchanged()
    {
        Require(p => p.History);
        var values = Enumerable.Range(0, 300).Select(i => new string((char)('a' + (i % 26)), i % 50 == 0 ? 300_000 : i)).ToList();
        foreach (var value in values)
        {
            await Store.PutAsync(At("a"), value);
        }

        values.Reverse();
        Assert.Equal(values, (await ReadAsync(At("a"))).Select(e => e.Value));
        await Store.DeleteAsync(At("a"));
        Assert.Equal(values, (await ReadAsync(At("a"))).Skip(1).Select(e => e.Value));
    }

    [Fact]
    public async Task More_than_a_thousand_changes_of_a_key_that_is_gone_are_all_told()
    {
        Require(p => p.History);
        const int Many = 1_300;
        for (var i = 0; i < Many; i++)
        {
            await Store.PutAsync(At("a"), $"{i}");
        }

        await Store.DeleteAsync(At("a"));
        var history = await ReadAsync(At("a"));
        Assert.Equal(Enumerable.Range(0, Many).Reverse().Select(i => $"{i}"), history.Skip(1).Select(e => e.Value));
    }

    [Fact]
    public async Task It_ends_while_others_write_without_end()
    {
        Require(p => p.History);
        await WriteLivesAsync(1);
        using var enough = new CancellationTokenSource();
        var other = Open();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                await other.PutAsync(At("busy"), $"{i}");
            }
        });
        await Patience.UntilAsync(() => Store.ExistsAsync(At("busy")).AsTask(), "a write of the other");
        var gone = await ReadAsync(At("a")).WaitAsync(Patience.Limit);
        var missing = await Assert.ThrowsAsync<KvKeyNotFoundException>(() => ReadAsync(At("never")).WaitAsync(Patience.Limit));
        await enough.CancelAsync();
        await writing;
        Assert.Equal(["-", "+1.2", "+1.1"], Shown(gone));
        Assert.Equal(At("never"), missing.Key);
    }

    [Fact]
    public async Task Whoever_has_enough_stops()
    {
        Require(p => p.History);
        await WriteLivesAsync(2);
        await using var changes = History.HistoryAsync(At("a")).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(KvEventType.Delete, changes.Current.Type);
    }

    [Fact]
    public async Task History_stays_inside_a_namespace()
    {
        Require(p => p.History);
        var inside = Open(new KvStoreOptions { Namespace = At("ns/") });
        await Store.PutAsync("a", "outside");
        await inside.PutAsync("a", "1");
        await inside.DeleteAsync("a");
        await inside.PutAsync("a", "2");
        var history = await ReadAsync(inside, "a");
        Assert.Equal(["+2", "-", "+1"], Shown(history));
        Assert.All(history, e => Assert.Equal("a", e.Key));
    }

    [Fact]
    public async Task A_closed_store_says_so()
    {
        Require(p => p.History);
        var history = History;
        await Store.DisposeAsync();
        await Assert.ThrowsAsync<KvStoreClosedException>(async () => await history.HistoryAsync(At("a")).GetAsyncEnumerator().MoveNextAsync());
    }

    /// <summary>Writes a key twice and removes it, once for each of its lives.</summary>
    private async Task WriteLivesAsync(int lives)
    {
        for (var life = 1; life <= lives; life++)
        {
            await Store.PutAsync(At("a"), $"{life}.1");
            await Store.PutAsync(At("a"), $"{life}.2");
            await Store.PutAsync(At("other"), "between");
            await Store.DeleteAsync(At("a"));
        }
    }

    private Task<List<KvEvent>> ReadAsync(string key, KvHistoryOptions? options = null) => ReadAsync(Store, key, options);

    internal static async Task<List<KvEvent>> ReadAsync(IKvStore store, string key, KvHistoryOptions? options = null)
    {
        List<KvEvent> changes = [];
        await foreach (var change in store.GetCapability<IKvHistory>().HistoryAsync(key, options))
        {
            changes.Add(change);
        }

        return changes;
    }

    /// <summary>A put as a plus and its value, a delete as a minus.</summary>
    internal static IEnumerable<string> Shown(IEnumerable<KvEvent> changes) => changes.Select(e => e.Type == KvEventType.Put ? $"+{e.Value}" : "-");
}
