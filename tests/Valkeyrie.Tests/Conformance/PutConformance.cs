namespace Valkeyrie.Tests.Conformance;

/// <summary>Writing values and their keys.</summary>
public abstract class PutConformance(IStoreRig rig) : StoreConformance(rig)
{
    private const int Mebibyte = 1 << 20;

    // For the key, and for the data around it.
    private const int Around = 1024;

    private int LargeLength => (int)Math.Min(Mebibyte, Promises.LargestValue - Around);

    [Fact]
    public async Task Put_returns_the_pair_with_its_new_revision()
    {
        var before = await Store.PutAsync(At("other"), "x");
        var written = await Store.PutAsync(At("a"), "one");

        Assert.Equal(At("a"), written.Key);
        Assert.Equal("one", written.Value);
        Assert.True(written.Revision > before.Revision);
        Assert.Equal(written.Revision, (await Store.GetAsync(At("a"))).Revision);
    }

    [Fact]
    public async Task Revisions_grow_with_every_write_to_any_key()
    {
        var last = 0L;
        for (var i = 0; i < 20; i++)
        {
            var written = await Store.PutAsync(At($"k{i % 3}"), $"{i}");
            Assert.True(written.Revision > last);
            last = written.Revision;
        }
    }

    [Fact]
    public async Task Put_replaces_the_value_that_was_there()
    {
        await Store.PutAsync(At("a"), "one");
        await Store.PutAsync(At("a"), "two");
        Assert.Equal("two", (await Store.GetAsync(At("a"))).Value);
    }

    [Fact]
    public async Task An_empty_value_is_a_value_not_a_missing_one()
    {
        var written = await Store.PutAsync(At("empty"), ReadOnlyMemory<byte>.Empty);
        var read = await Store.TryGetAsync(At("empty"));

        Assert.NotNull(read);
        Assert.Empty(read.GetBytes());
        Assert.False(read.KeyOnly);
        Assert.Equal(written.Revision, read.Revision);
        Assert.True(await Store.ExistsAsync(At("empty")));
        Assert.Equal([At("empty")], await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task Bytes_of_every_value_come_back_unchanged()
    {
        Require(p => p.BinaryValues);
        byte[] value = [.. Enumerable.Range(0, 256).Select(i => (byte)i), 0, 0xFF];
        await Store.PutAsync(At("bytes"), value);
        Assert.Equal(value, (await Store.GetAsync(At("bytes"))).GetBytes());
    }

    [Fact]
    public async Task A_large_binary_value_comes_back_unchanged()
    {
        Require(p => p.BinaryValues);
        var value = new byte[LargeLength];
        new Random(1).NextBytes(value);
        await Store.PutAsync(At("large"), value);
        Assert.Equal(value, (await Store.GetAsync(At("large"))).GetBytes());
    }

    [Fact]
    public async Task A_large_text_comes_back_unchanged()
    {
        var text = string.Concat(Enumerable.Repeat("key=välue&\n", LargeLength / 12));
        await Store.PutAsync(At("large"), text);
        Assert.Equal(text, (await Store.GetAsync(At("large"))).Value);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("ünïcödé, 日本語, 🗝️ and e\u0301")]
    [InlineData(" spaces around ")]
    [InlineData("line\r\nbreaks\tand tabs\n")]
    [InlineData("\uFEFFa byte order mark")]
    public async Task Text_comes_back_unchanged(string text)
    {
        await Store.PutAsync(At("text"), text);
        Assert.Equal(text, (await Store.GetAsync(At("text"))).Value);
    }

    [Fact]
    public async Task The_value_is_not_kept_after_the_call_ends()
    {
        var buffer = new byte[] { (byte)'a', (byte)'b' };
        var written = await Store.PutAsync(At("a"), buffer);
        buffer[0] = (byte)'X';
        Assert.Equal("ab", written.Value);
        Assert.Equal("ab", (await Store.GetAsync(At("a"))).Value);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("with%20percent%")]
    [InlineData("with\nnewline\r\n")]
    [InlineData("with?query#fragment&and=")]
    [InlineData("with\"quotes'and\\backslash")]
    [InlineData("ключ-鍵-🔑")]
    [InlineData("e\u0301 is not \u00E9")]
    [InlineData("~!@$^*()[]{}<>|;:,.")]
    public async Task Keys_of_any_text_are_kept_as_written(string name)
    {
        Assert.SkipUnless(Storable([name]).Any(), "The store does not promise KeysOfAnyText.");
        await Store.PutAsync(At(name), "v");
        Assert.Equal(At(name), (await Store.GetAsync(At(name))).Key);
        Assert.Equal([At(name)], await Store.KeysAsync(Root));
        await Store.DeleteAsync(At(name));
        Assert.False(await Store.ExistsAsync(At(name)));
    }

    [Fact]
    public async Task A_key_with_and_one_without_a_leading_slash_are_two_keys()
    {
        Require(p => p.KeysAsWritten);
        await Store.PutAsync(At("x"), "without");
        await Store.PutAsync("/" + At("x"), "with");
        Assert.Equal("without", (await Store.GetAsync(At("x"))).Value);
        Assert.Equal("with", (await Store.GetAsync("/" + At("x"))).Value);
        Assert.Equal(["/" + At("x")], await Store.KeysAsync("/" + Root));
    }

    [Fact]
    public async Task Slashes_and_dots_are_not_folded()
    {
        Require(p => p.KeysAsWritten);
        string[] keys = [At("a"), At("a/"), At("a//b"), At("a/../b"), At("a/./b"), At("b")];
        foreach (var key in keys)
        {
            await Store.PutAsync(key, key);
        }

        foreach (var key in keys)
        {
            Assert.Equal(key, (await Store.GetAsync(key)).Value);
        }
    }

    [Theory]
    [MemberData(nameof(EveryCall.OnPaths), MemberType = typeof(EveryCall))]
    public async Task An_empty_path_is_refused(string call)
    {
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(() => EveryCall.MakeAsync(call, Store, ""));
        Assert.Equal(KvErrorCode.InvalidArgument, refused.Code);
    }

    [Theory]
    [MemberData(nameof(EveryCall.OnPaths), MemberType = typeof(EveryCall))]
    public async Task A_path_with_a_NUL_is_refused(string call)
    {
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(() => EveryCall.MakeAsync(call, Store, At("a\0b")));
        Assert.Contains("NUL", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EveryCall.OnPaths), MemberType = typeof(EveryCall))]
    public async Task A_path_with_half_of_a_surrogate_pair_is_refused(string call) =>
        await Assert.ThrowsAsync<KvInvalidArgumentException>(() => EveryCall.MakeAsync(call, Store, At("a\uD83Db")));

    [Fact]
    public async Task Calls_may_be_made_from_many_threads_at_once()
    {
        const int Threads = 32;
        const int Each = 10;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                await Store.PutAsync(At($"{thread}/{i}"), $"{thread}.{i}");
                Assert.Equal($"{thread}.{i}", (await Store.GetAsync(At($"{thread}/{i}"))).Value);
            }
        })));
        Assert.Equal(Threads * Each, await Store.CountAsync(Root));
    }

    [Fact]
    public async Task A_call_ends_early_when_its_token_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.GetAsync(At("a"), null, cancelled.Token));
    }
}
