namespace Valkeyrie.Tests.Conformance;

/// <summary>The reference programs. They use only the contract, and run on every store or learn which rule of which store prevents it. They
/// read the promises of a store, never its kind.</summary>
public abstract class PortableConformance(IStoreRig rig) : StoreConformance(rig)
{
    private readonly List<KvWarning> _warnings = [];

    private KvPutOptions AsDirectory => new() { Directory = true, Warn = _warnings.Add };

    private bool KeepsNoValueOnDirectories => Promises is { RealDirectories: true, ValuesOnDirectories: false };

    private string Key => At("path/to/key");

    [Fact]
    public async Task A_key_with_a_key_below_it_takes_a_value_or_the_error_names_the_path_and_the_rule()
    {
        await Store.PutAsync(At("path/to/key/bis"), "foo");
        if (Promises.ValuesOnDirectories)
        {
            await Store.PutAsync(Key, "bar");
            Assert.Equal("bar", (await Store.GetAsync(Key)).Value);
        }
        else
        {
            var refused = await Assert.ThrowsAsync<KvIsDirectoryException>(async () => await Store.PutAsync(Key, "bar"));
            AssertSaysWhichRule(refused, "Use a key below it");
        }

        Assert.Equal("foo", (await Store.GetAsync(At("path/to/key/bis"))).Value);
    }

    [Fact]
    public async Task A_key_with_a_value_is_watched_as_a_directory_or_the_error_says_what_to_do()
    {
        if (!await Store.ExistsAsync(Key))
        {
            await Store.PutAsync(Key, "data");
        }

        await using var watching = RunningWatch.Tree(Store, Key);
        if (!Promises.ValuesOnDirectories)
        {
            AssertSaysWhichRule(Assert.IsType<KvNotDirectoryException>(await watching.EndAsync()), "It cannot be watched as a directory: watch the key, or");
            return;
        }

        await Store.PutAsync(At("path/to/key/foo"), "v");
        Assert.Equal((At("path/to/key/foo"), "v"), await NextAsync(watching));
    }

    [Fact]
    public async Task A_key_put_as_a_directory_is_watched_as_one_and_takes_keys_below_it()
    {
        await Store.PutAsync(Key, "data", AsDirectory);
        await using var watching = RunningWatch.Tree(Store, Key);
        await Store.PutAsync(At("path/to/key/foo"), "v");
        Assert.Equal((At("path/to/key/foo"), "v"), await NextAsync(watching));
        if (!KeepsNoValueOnDirectories)
        {
            Assert.Equal("data", (await Store.GetAsync(Key)).Value);
            await Store.PutAsync(Key, "again");
            Assert.Empty(_warnings);
            return;
        }

        AssertWarnedOf(4);
        await Assert.ThrowsAsync<KvIsDirectoryException>(async () => await Store.PutAsync(Key, "again"));
    }

    [Fact]
    public async Task A_directory_that_is_there_is_put_as_one_again_without_harm()
    {
        await Store.PutAsync(At("path/to/key/foo"), "v");
        await Store.PutAsync(Key, "data", AsDirectory);
        Assert.Equal("v", (await Store.GetAsync(At("path/to/key/foo"))).Value);
        if (KeepsNoValueOnDirectories)
        {
            AssertWarnedOf(4);
        }
    }

    [Fact]
    public async Task A_directory_put_without_a_value_warns_of_nothing()
    {
        await Store.PutAsync(Key, ReadOnlyMemory<byte>.Empty, AsDirectory);
        Assert.Equal(Promises.RealDirectories ? null : "", (await Store.TryGetAsync(Key))?.Value);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_conditional_put_takes_the_option_too()
    {
        var written = await Store.TryAtomicPutAsync(Key, "data".Bytes(), 0, AsDirectory);
        Assert.True(written.Written);
        Assert.Equal(Key, written.Pair!.Key);
        if (KeepsNoValueOnDirectories)
        {
            AssertWarnedOf(4);
        }

        // A refused write creates no directory, so there is no warning.
        _warnings.Clear();
        Assert.Equal(KvWriteOutcome.KeyExists, (await Store.TryAtomicPutAsync(Key, "data".Bytes(), 0, AsDirectory)).Outcome);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task The_option_goes_with_a_time_to_live()
    {
        await using var watching = await WatchRootAsync();
        await Store.PutAsync(Key, "data", AsDirectory with { Ttl = TimeSpan.FromSeconds(1) });
        if (!Promises.RealDirectories)
        {
            Assert.Equal(KvEventType.Delete, (await watching.UntilAsync(e => e.Type == KvEventType.Delete))[^1].Type);
            return;
        }

        await Patience.UntilAsync(async () => await ListedDirectories.Of(Store).TryGetEntryAsync(Key) is null, "the end of the directory");
    }

    private static async Task<(string Key, string Value)> NextAsync(RunningWatch watching)
    {
        var change = await watching.NextAsync();
        return (change.Key, change.Value);
    }

    private void AssertSaysWhichRule(KvException refused, string advice)
    {
        Assert.Equal(Key, refused.Key);
        Assert.Contains($"'{Key}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(Store.Info.Address, refused.Message, StringComparison.Ordinal);
        Assert.Contains("a path is a value or a directory, never both", refused.Message, StringComparison.Ordinal);
        Assert.Contains(advice, refused.Message, StringComparison.Ordinal);
    }

    private void AssertWarnedOf(int bytes)
    {
        var warning = Assert.Single(_warnings);
        Assert.Equal(Key, warning.Key);
        Assert.Contains($"'{Key}'", warning.Message, StringComparison.Ordinal);
        Assert.Contains($"{bytes} bytes was not stored", warning.Message, StringComparison.Ordinal);
    }
}
