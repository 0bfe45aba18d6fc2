using System.Globalization;
using System.Threading.Channels;

namespace Valkeyrie.Tests.Conformance;

/// <summary>Keys with a time to live, and keys that are kept alive.</summary>
/// <remarks>No clock measures that a key has not expired yet: the test waits until a second key with at most the same time has expired.</remarks>
public abstract class TtlConformance(IStoreRig rig) : StoreConformance(rig)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // Also on a busy machine.
    private static readonly TimeSpan LongEnoughToRenew = TimeSpan.FromSeconds(4);

    [Theory]
    [InlineData(1)]
    [InlineData(250)]
    [InlineData(1000)]
    public async Task A_key_goes_when_its_time_is_over(int milliseconds)
    {
        var ttl = TimeSpan.FromMilliseconds(milliseconds);
        await using var watching = await WatchRootAsync();
        var written = await Store.PutAsync(At("a"), "v", new KvPutOptions { Ttl = ttl });
        Assert.Equal(written.Revision, (await watching.NextAsync()).Revision);
        Assert.Equal(KvEventType.Delete, (await watching.NextAsync()).Type);
        Assert.Null(await Store.TryGetAsync(At("a")));
    }

    [Fact]
    public async Task A_pair_tells_on_request_how_long_its_key_lives()
    {
        var ttl = TimeSpan.FromMinutes(5);
        await Store.PutAsync(At("a"), "v", new KvPutOptions { Ttl = ttl });
        await Store.PutAsync(At("b"), "v");
        var stays = await Store.WithLifetimeAsync(await Store.GetAsync(At("b")));
        Assert.Null(stays.Ttl);
        Assert.Null(stays.Remaining);

        var read = await Store.GetAsync(At("a"));
        KvPair pair;
        try
        {
            pair = await Store.WithLifetimeAsync(read);
        }
        catch (KvNotSupportedException e)
        {
            // A store that does not show the time to live of a key, and does not use leases.
            Assert.False(Promises.Leases);
            Assert.Null(read.Ttl);
            Assert.Equal(At("a"), e.Key);
            return;
        }

        Assert.Equal(("v", read.Revision), (pair.Value, pair.Revision));
        Assert.InRange(pair.Ttl!.Value, TimeSpan.FromSeconds(1), ttl);
        Assert.True(pair.Remaining is null ? !Promises.Leases : pair.Remaining > TimeSpan.Zero && pair.Remaining <= ttl);
    }

    [Fact]
    public async Task A_listing_tells_on_request_how_long_its_keys_live_in_its_order()
    {
        var ttl = TimeSpan.FromMinutes(5);
        for (var i = 0; i < 100; i++)
        {
            await Store.PutAsync(At($"{i:d3}"), "v", i % 3 == 0 ? new KvPutOptions { Ttl = ttl } : null);
        }

        var read = await Store.ListAllAsync(Root);
        List<KvPair> told = [];
        try
        {
            told = await Store.WithLifetimesAsync(Store.ListAsync(KvRange.Directory(Root))).ToListAsync();
        }
        catch (KvNotSupportedException e)
        {
            Assert.False(Promises.Leases);
            Assert.Equal(At("000"), e.Key);
            return;
        }

        Assert.Equal(read.Select(pair => (pair.Key, pair.Value, pair.Revision)), told.Select(pair => (pair.Key, pair.Value, pair.Revision)));
        Assert.All(told, pair =>
        {
            Assert.Equal(int.Parse(pair.Key[^3..], CultureInfo.InvariantCulture) % 3 == 0, pair.Ttl is not null);
            Assert.True(pair.Remaining is null ? pair.Ttl is null || !Promises.Leases : pair.Remaining > TimeSpan.Zero && pair.Remaining <= pair.Ttl);
        });
    }

    [Fact]
    public async Task A_fraction_of_a_second_is_rounded_up_never_down_to_none()
    {
        var written = await Store.PutAsync(At("a"), "v", new KvPutOptions { Ttl = TimeSpan.FromMilliseconds(1) });
        Assert.True(written.Ttl >= Second);
        var longer = await Store.PutAsync(At("b"), "v", new KvPutOptions { Ttl = TimeSpan.FromMilliseconds(30_001) });
        Assert.Equal(TimeSpan.FromSeconds(31), longer.Ttl);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-5_000)]
    public async Task A_time_of_zero_or_less_is_refused_and_nothing_written(int milliseconds)
    {
        var options = new KvPutOptions { Ttl = TimeSpan.FromMilliseconds(milliseconds) };
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.PutAsync(At("a"), "v", options));
        Assert.Equal(At("a"), refused.Key);
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.TryAtomicPutAsync(At("a"), "v".Bytes(), 0, options));
        Assert.False(await Store.ExistsAsync(At("a")));
    }

    [Fact]
    public async Task A_time_longer_than_can_be_held_is_refused() =>
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.PutAsync(At("a"), "v", new KvPutOptions { Ttl = TimeSpan.MaxValue }));

    [Fact]
    public async Task Keep_alive_without_a_time_to_live_is_refused() =>
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.PutAsync(At("a"), "v", new KvPutOptions { KeepAlive = true }));

    [Fact]
    public async Task A_later_put_without_a_time_takes_the_key_out_of_it()
    {
        await Store.PutAsync(At("a"), "one", new KvPutOptions { Ttl = Second });
        await Store.PutAsync(At("a"), "two");
        await UntilATwinHasEndedAsync(Second);
        Assert.Equal("two", (await Store.GetAsync(At("a"))).Value);
    }

    [Fact]
    public async Task A_key_kept_alive_outlives_its_time()
    {
        var put = new KvPutOptions { Ttl = LongEnoughToRenew, KeepAlive = true };
        await using var watching = await WatchRootAsync();
        var written = await Store.PutAsync(At("a"), "v", put);
        var created = await Store.AtomicPutAsync(At("b"), "v".Bytes(), 0, put);
        await UntilATwinHasEndedAsync(put.Ttl.Value);
        await UntilATwinHasEndedAsync(put.Ttl.Value);

        // Neither removed nor, in between, removed and created again.
        Assert.Equal(written.GetBytes(), (await Store.GetAsync(At("a"))).GetBytes());
        Assert.Equal(created.GetBytes(), (await Store.GetAsync(At("b"))).GetBytes());
        await Store.PutAsync(At("end"), "");
        var events = await watching.UntilAsync(e => e.Key == At("end"));
        Assert.Equal([At("a"), At("b")], events.Select(e => e.Key).Where(key => key == At("a") || key == At("b")));
    }

    [Fact]
    public async Task Keeping_a_key_alive_leaves_its_revision_alone()
    {
        Require(p => p.Leases);
        var put = new KvPutOptions { Ttl = LongEnoughToRenew, KeepAlive = true };
        var written = await Store.PutAsync(At("a"), "v", put);
        var created = await Store.AtomicPutAsync(At("b"), "v".Bytes(), 0, put);
        await UntilATwinHasEndedAsync(put.Ttl.Value);

        Assert.Equal(written.Revision, (await Store.GetAsync(At("a"))).Revision);
        Assert.Equal(created.Revision, (await Store.GetAsync(At("b"))).Revision);
    }

    [Fact]
    public async Task A_key_kept_alive_ends_with_its_store()
    {
        var other = Open();
        await other.PutAsync(At("a"), "v", new KvPutOptions { Ttl = TimeSpan.FromHours(1), KeepAlive = true });
        Assert.True(await Store.ExistsAsync(At("a")));
        await other.DisposeAsync();
        await Patience.UntilAsync(async () => !await Store.ExistsAsync(At("a")), "the end of the key");
    }

    [Fact]
    public async Task A_key_kept_alive_by_a_store_that_was_cut_off_goes_when_its_time_is_over()
    {
        var mortal = OpenMortal();
        await using var watching = await WatchRootAsync();
        await mortal.Store.PutAsync(At("a"), "v", new KvPutOptions { Ttl = Second, KeepAlive = true });
        Assert.Equal(KvEventType.Put, (await watching.NextAsync()).Type);
        mortal.Kill();
        Assert.Equal(KvEventType.Delete, (await watching.NextAsync()).Type);
    }

    [Fact]
    public async Task The_loss_of_a_key_kept_alive_is_reported_once_after_the_outage_unless_a_client_has_overwritten_the_key()
    {
        var mortal = OpenMortal();
        var losses = Channel.CreateUnbounded<KvKeepAliveLoss>();
        var put = new KvPutOptions { Ttl = Second, KeepAlive = true, Lost = loss => losses.Writer.TryWrite(loss) };
        await using var watching = await WatchRootAsync();
        string[] lost = [At("a"), At("b")];
        string[] theirs = [At("theirs/a"), At("theirs/b")];
        foreach (var key in theirs)
        {
            await mortal.Store.PutAsync(key, "v", put);
            await Store.PutAsync(key, "v");
        }

        await mortal.Store.PutAsync(lost[0], "v", put);
        await mortal.Store.AtomicPutAsync(lost[1], "v".Bytes(), 0, put);
        mortal.Kill();
        foreach (var _ in lost)
        {
            await watching.UntilAsync(e => e.Type == KvEventType.Delete && lost.Contains(e.Key));
        }

        mortal.Revive();
        using var limit = new CancellationTokenSource(Patience.Limit);
        KvKeepAliveLoss[] reported = [await losses.Reader.ReadAsync(limit.Token), await losses.Reader.ReadAsync(limit.Token)];
        Assert.Equal(lost.Select(key => new KvKeepAliveLoss(key, null)), reported.OrderBy(loss => loss.Key, StringComparer.Ordinal));
        await mortal.Store.DisposeAsync();
        Assert.False(losses.Reader.TryRead(out _));
    }

    [Fact]
    public async Task AtomicPut_takes_a_time_to_live()
    {
        await using var watching = await WatchRootAsync();
        await Store.AtomicPutAsync(At("a"), "v".Bytes(), 0, new KvPutOptions { Ttl = Second });
        Assert.Equal(KvEventType.Put, (await watching.NextAsync()).Type);
        Assert.Equal(KvEventType.Delete, (await watching.NextAsync()).Type);
    }

    [Fact]
    public async Task A_refused_AtomicPut_gives_the_key_no_time_to_live()
    {
        await Store.PutAsync(At("a"), "mine");
        var result = await Store.TryAtomicPutAsync(At("a"), "theirs".Bytes(), 0, new KvPutOptions { Ttl = Second });
        Assert.Equal(KvWriteOutcome.KeyExists, result.Outcome);
        await UntilATwinHasEndedAsync(Second);
        Assert.Equal("mine", (await Store.GetAsync(At("a"))).Value);
    }

    private async Task UntilATwinHasEndedAsync(TimeSpan ttl)
    {
        var twin = At($"twin-{Guid.NewGuid():n}");
        await using var watching = await WatchRootAsync();
        await Store.PutAsync(twin, "", new KvPutOptions { Ttl = ttl });
        await watching.UntilAsync(e => e.Type == KvEventType.Delete && e.Key == twin);
    }
}
