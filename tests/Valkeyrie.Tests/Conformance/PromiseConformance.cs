namespace Valkeyrie.Tests.Conformance;

/// <summary>Promises that no other test checks, in both directions: those that the store makes, and those that it does not make.</summary>
public abstract class PromiseConformance(IStoreRig rig) : StoreConformance(rig)
{
    // Tests send no larger value; the embedded store's limit is compared with SQLite's own.
    private const long LargestSent = 16 << 20;

    // For the key, and for the data around it.
    private const int Around = 1024;

    [Fact]
    public async Task The_shortest_time_to_live_is_the_promised_one()
    {
        var written = await Store.PutAsync(At("a"), "v", new KvPutOptions { Ttl = TimeSpan.FromMilliseconds(1) });
        if (Promises.ShortestTtlSetting is null)
        {
            Assert.Equal(Promises.ShortestTtlSeconds, written.Ttl!.Value.TotalSeconds);
            return;
        }

        // The server's own setting applies; servers of tests can have a shorter one than the default.
        Assert.InRange(written.Ttl!.Value.TotalSeconds, 1, Promises.ShortestTtlSeconds);
    }

    [Fact]
    public async Task The_largest_value_is_taken_and_a_larger_one_is_quota_exceeded()
    {
        Assert.SkipWhen(Promises.LargestValue > LargestSent, "The largest value is larger than a test should send.");
        var largest = new string('v', (int)Promises.LargestValue - Around);
        await Store.PutAsync(At("a"), largest);
        Assert.Equal(largest.Length, (await Store.GetAsync(At("a"))).GetBytes().Length);
        var refused = await Refusal.ThrowsAsync(KvErrorCode.QuotaExceeded, async () => await Store.PutAsync(At("b"), new string('v', (int)Promises.LargestValue + 1)));
        Assert.Equal(At("b"), refused.Key);
        Assert.False(await Store.ExistsAsync(At("b")));
    }

    [Theory]
    [InlineData("control\u0007")]
    [InlineData("\U0001F511")]
    public async Task Keys_of_some_text_are_refused_before_anything_is_sent_where_any_is_not_promised(string name)
    {
        Assert.SkipWhen(Promises.KeysOfAnyText, "Keys of any text are promised.");
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.PutAsync(At(name), ""));
        Assert.Equal(At(name), refused.Key);
    }

    [Fact]
    public async Task A_directory_is_there_without_a_key_in_it_only_where_that_is_promised()
    {
        await Store.PutAsync(At("d"), ReadOnlyMemory<byte>.Empty, new KvPutOptions { Directory = true });
        var entry = await ListedDirectories.Of(Store).TryGetEntryAsync(At("d"));
        Assert.Equal(Promises.RealDirectories, entry!.IsDirectory);
    }

    [Fact]
    public async Task Values_that_are_no_text_are_refused_where_they_are_not_promised()
    {
        Assert.SkipWhen(Promises.BinaryValues, "Bytes of any kind are promised.");
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.PutAsync(At("a"), new byte[] { 0xFF }));
        Assert.False(await Store.ExistsAsync(At("a")));
    }

    [Theory]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("a/")]
    public async Task Keys_that_would_not_stay_as_written_are_refused_where_that_is_not_promised(string name)
    {
        Assert.SkipWhen(Promises.KeysAsWritten, "Keys are promised to stay as written.");
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.PutAsync(At(name), "v"));
        Assert.Equal(At(name), refused.Key);
    }

    [Fact]
    public async Task An_older_revision_is_not_supported_where_it_is_not_promised()
    {
        Assert.SkipWhen(Promises.History, "Older revisions are promised.");
        var first = await Store.PutAsync(At("a"), "1");
        await Store.PutAsync(At("a"), "2");
        await Assert.ThrowsAsync<KvNotSupportedException>(async () => await Store.GetAsync(At("a"), new KvReadOptions { Revision = first.Revision }));
    }

    [Fact]
    public async Task The_number_of_writes_is_told_where_that_is_promised_and_only_there()
    {
        await Store.PutAsync(At("a"), "1");
        await Store.PutAsync(At("a"), "2");
        Assert.Equal(Promises.Versions ? 2 : null, (await Store.GetAsync(At("a"))).Version);
    }
}
