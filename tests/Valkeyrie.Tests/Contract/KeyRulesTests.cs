namespace Valkeyrie.Tests.Contract;

/// <summary>The rules of keys and of times to live.</summary>
public class KeyRulesTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("/")]
    [InlineData(" ")]
    [InlineData("a//b")]
    [InlineData("\u0001")]
    [InlineData("ключ")]
    public void Any_other_text_is_a_key(string key) => KeyRules.Check(key);

    [Fact]
    public void An_empty_key_is_refused() => Assert.Contains("key must have at least one character", Refused("").Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_key_is_refused() => Refused(null!);

    [Theory]
    [InlineData("\0")]
    [InlineData("a\0")]
    [InlineData("a\0b")]
    public void A_key_with_a_NUL_is_refused_and_shown_without_it(string key)
    {
        var refused = Refused(key);
        Assert.Equal(key, refused.Key);
        Assert.DoesNotContain('\0', refused.Message);
        Assert.Contains("\\0", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_refused_but_not_one_that_stands_for_a_byte()
    {
        Refused("a\uD83D");
        Refused("\uDD11a");
        KeyRules.Check("a\uD83D\uDD11");
        KeyRules.Check("a\uDCFF");
    }

    [Fact]
    public void A_refusal_says_what_it_is_about() =>
        Assert.Contains("prefix", Assert.Throws<KvInvalidArgumentException>(() => KeyRules.Check("", "prefix")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a___lock/694d9", 0x694d9, true)]
    [InlineData("a/b___lock/1", 1, true)]
    [InlineData("___lock/1", 1, true)]
    [InlineData("a___lock/ffffffffffffffff", -1, true)]
    [InlineData("a___lock/694d9", 0, false)]
    [InlineData("a___lock/694d9", 0x694d8, false)]
    [InlineData("a___lock/0", 0, false)]
    [InlineData("a___lock/01", 1, false)]
    [InlineData("a___lock/1F", 0x1f, false)]
    [InlineData("a___lock/1/2", 2, false)]
    [InlineData("a___lock", 1, false)]
    [InlineData("a___lock/", 1, false)]
    [InlineData("a___lock/x", 1, false)]
    [InlineData("a___locked/1", 1, false)]
    [InlineData("a__lock/1", 1, false)]
    [InlineData("lock/1", 1, false)]
    [InlineData("/1", 1, false)]
    [InlineData("1", 1, false)]
    public void A_lock_key_bears_the_lease_that_it_is_named_after(string key, long lease, bool isLockKey) =>
        Assert.Equal(isLockKey, LockNames.IsLockKey(new KvPair { Key = key, LeaseId = lease }));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(TimeSpan.TicksPerMillisecond, 1)]
    [InlineData(TimeSpan.TicksPerSecond - 1, 1)]
    [InlineData(TimeSpan.TicksPerSecond, 1)]
    [InlineData(TimeSpan.TicksPerSecond + 1, 2)]
    [InlineData(90 * TimeSpan.TicksPerSecond, 90)]
    [InlineData(9_000_000_000 * TimeSpan.TicksPerSecond, 9_000_000_000)]
    public void A_time_to_live_is_rounded_up_to_seconds(long ticks, long seconds) => Assert.Equal(seconds, OptionRules.TtlSeconds(TimeSpan.FromTicks(ticks)));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData((9_000_000_000 * TimeSpan.TicksPerSecond) + 1)]
    [InlineData(long.MaxValue)]
    public void A_time_to_live_of_nothing_or_too_much_is_refused(long ticks)
    {
        var refused = Assert.Throws<KvInvalidArgumentException>(() => OptionRules.TtlSeconds(TimeSpan.FromTicks(ticks), "the key"));
        Assert.Equal("the key", refused.Key);
    }

    private static KvInvalidArgumentException Refused(string key) => Assert.Throws<KvInvalidArgumentException>(() => KeyRules.Check(key));
}
