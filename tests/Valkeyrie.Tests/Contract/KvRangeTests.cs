namespace Valkeyrie.Tests.Contract;

/// <summary>The keys of a range.</summary>
public class KvRangeTests
{
    [Theory]
    [InlineData("app", "app/a", true)]
    [InlineData("app", "app/", true)]
    [InlineData("app", "app/b/c", true)]
    [InlineData("app", "app", false)]
    [InlineData("app", "application/x", false)]
    [InlineData("app", "ap", false)]
    [InlineData("app/", "app/a", true)]
    [InlineData("app/", "app", false)]
    [InlineData("app//", "app//a", true)]
    [InlineData("app//", "app/a", false)]
    [InlineData("/", "/a", true)]
    [InlineData("/", "a", false)]
    public void A_directory_holds_what_lies_below_it(string directory, string key, bool holds) =>
        Assert.Equal(holds, KvRange.Directory(directory).Contains(key));

    [Theory]
    [InlineData("app", "app", true)]
    [InlineData("app", "application/x", true)]
    [InlineData("app/", "app", false)]
    public void A_prefix_holds_what_starts_with_it(string prefix, string key, bool holds) => Assert.Equal(holds, KvRange.Prefix(prefix).Contains(key));

    [Fact]
    public void A_prefix_is_compared_by_its_bytes()
    {
        // A lone surrogate represents a byte of a key that is not UTF-8 (see KeyCodec); an attribute could not contain one.
        (string Prefix, string Key, bool Holds)[] cases =
        [
            ("a\uDCE2", "a\u20AC", true),
            ("a\uDCE2\uDC82", "a\u20ACx", true),
            ("a\uDCE2", "a\uDCE2\uDC82x", true),
            ("a\uDCE2", "a\uDCE3", false),
            ("a\uDCE2", "a\u00E2", false),
            ("\uD83D\uDE00", "\uD83D\uDE00x", true),
            ("\uD83D\uDE00", "\uD83D\uDE01", false),
        ];
        Assert.All(cases, c => Assert.Equal(c.Holds, KvRange.Prefix(c.Prefix).Contains(c.Key)));
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "a/b", false)]
    [InlineData("a", "A", false)]
    public void A_key_holds_itself_alone(string text, string key, bool holds) => Assert.Equal(holds, KvRange.Key(text).Contains(key));

    [Fact]
    public void Everything_holds_everything()
    {
        Assert.True(KvRange.All.Contains("a"));
        Assert.Equal("", KvRange.All.Start);
    }

    [Fact]
    public void A_string_is_a_directory()
    {
        KvRange range = "app/";
        Assert.Equal((KvRangeKind.Directory, "app", "app/"), (range.Kind, range.Text, range.Start));
    }

    [Fact]
    public void An_empty_text_is_no_range()
    {
        Assert.Throws<KvInvalidArgumentException>(() => KvRange.Directory(""));
        Assert.Throws<KvInvalidArgumentException>(() => KvRange.Prefix(""));
        Assert.Throws<KvInvalidArgumentException>(() => KvRange.Key(""));
        Assert.Throws<KvInvalidArgumentException>(() => (KvRange)"");
    }

    [Fact]
    public void A_range_says_what_it_is()
    {
        Assert.Equal("all keys", KvRange.All.ToString());
        Assert.Equal("directory 'app'", KvRange.Directory("app/").ToString());
        Assert.Equal("directory '/'", KvRange.Directory("/").ToString());
        Assert.Equal("prefix 'app'", KvRange.Prefix("app").ToString());
        Assert.Equal("key 'app'", KvRange.Key("app").ToString());
    }
}
