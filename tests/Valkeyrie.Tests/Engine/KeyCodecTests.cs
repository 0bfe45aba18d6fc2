using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Valkeyrie.Tests.Engine;

/// <summary>Keys to bytes and back, valid UTF-8 or not.</summary>
public class KeyCodecTests
{
    private static readonly KeyCodec Spaced = new("name/space/");

    [Fact]
    public void Any_bytes_come_back_unchanged() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        bytes => KeyCodec.Plain.Encode(KeyCodec.Plain.Decode(bytes)).AsSpan().SequenceEqual(bytes)).QuickCheckThrowOnFailure();

    [Fact]
    public void Bytes_that_are_nearly_UTF_8_come_back_unchanged()
    {
        // Whole characters of every length and pieces of them, in any order.
        byte[][] pieces = [[0x61], [0xC3, 0xA9], [0xE9, 0x8D, 0xB5], [0xF0, 0x9F, 0x94, 0x91], [0xC3], [0xE9, 0x8D], [0xF0, 0x9F], [0x80], [0xBF], [0xFF], [0xED, 0xA0, 0x80], [0xC0, 0x80]];
        var keys = Gen.Elements(pieces).ListOf().Select(list => list.SelectMany(p => p).ToArray()).ToArbitrary();
        Prop.ForAll(keys, bytes => KeyCodec.Plain.Encode(KeyCodec.Plain.Decode(bytes)).AsSpan().SequenceEqual(bytes)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Valid_text_is_plain_UTF_8() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonNull<string>>().Filter(s => !s.Get.Any(char.IsSurrogate)),
        text => KeyCodec.Plain.Encode(text.Get).AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(text.Get))
            && KeyCodec.Plain.Decode(Encoding.UTF8.GetBytes(text.Get)) == text.Get).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_single_byte_comes_back_unchanged()
    {
        for (var b = 0; b <= byte.MaxValue; b++)
        {
            byte[] bytes = [(byte)'a', (byte)b, (byte)'z'];
            Assert.Equal(bytes, KeyCodec.Plain.Encode(KeyCodec.Plain.Decode(bytes)));
        }
    }

    [Fact]
    public void Two_keys_of_different_bytes_are_different_texts() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        ArbMap.Default.ArbFor<byte[]>(),
        (a, b) => a.AsSpan().SequenceEqual(b) == (KeyCodec.Plain.Decode(a) == KeyCodec.Plain.Decode(b))).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0xD800)]
    [InlineData(0xDBFF)]
    [InlineData(0xDC00)]
    [InlineData(0xDC7F)]
    [InlineData(0xDD00)]
    [InlineData(0xDFFF)]
    public void Half_of_a_surrogate_pair_is_refused(int unit)
    {
        var key = $"a{(char)unit}b";
        var refused = Assert.Throws<KvInvalidArgumentException>(() => KeyCodec.Plain.Encode(key));
        Assert.Equal(key, refused.Key);
        Assert.Contains("position 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Escapes_that_spell_valid_text_are_refused() =>
        Assert.Throws<KvInvalidArgumentException>(() => KeyCodec.Plain.Encode("\uDCC3\uDCA9"));

    [Theory]
    [InlineData("a")]
    [InlineData("é")]
    [InlineData("鍵")]
    [InlineData("🔑")]
    [InlineData("\uDCFF")]
    public void A_key_fits_into_the_room_said_to_be_enough(string unit)
    {
        var key = string.Concat(Enumerable.Repeat(unit, 50));
        Assert.InRange(KeyCodec.Plain.Encode(key).Length, 1, KeyCodec.Plain.MaxByteCount(key));
        Assert.InRange(Spaced.Encode(key).Length, 1, Spaced.MaxByteCount(key));
    }

    [Fact]
    public void A_namespace_is_put_before_and_taken_off()
    {
        var bytes = Spaced.Encode("a/b");
        Assert.Equal("name/space/a/b", KeyCodec.Plain.Decode(bytes));
        Assert.Equal("a/b", Spaced.Decode(bytes));
    }

    [Fact]
    public void A_namespace_must_be_valid_text() => Assert.Throws<KvInvalidArgumentException>(() => new KeyCodec("a\uD83D"));

    [Fact]
    public void The_interval_of_a_prefix_holds_its_keys_and_no_others() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyString>().Filter(s => !s.Get.Any(char.IsSurrogate) && !s.Get.Contains('\0')),
        ArbMap.Default.ArbFor<NonNull<string>>().Filter(s => !s.Get.Any(char.IsSurrogate)),
        (prefix, key) =>
        {
            var range = KvRange.Prefix(prefix.Get);
            var interval = KeyCodec.Plain.IntervalOf(range);
            return Holds(interval, prefix.Get + key.Get) && Holds(interval, key.Get) == key.Get.StartsWith(prefix.Get, StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_interval_of_a_directory_begins_behind_its_slash()
    {
        var interval = Spaced.IntervalOf(KvRange.Directory("app"));
        Assert.Equal("name/space/app/", Encoding.UTF8.GetString(interval.Start));
        Assert.Equal("name/space/app0", Encoding.UTF8.GetString(interval.End!));
    }

    [Fact]
    public void The_interval_of_everything_is_that_of_the_namespace()
    {
        Assert.Empty(KeyCodec.Plain.IntervalOf(KvRange.All).Start);
        Assert.Null(KeyCodec.Plain.IntervalOf(KvRange.All).End);
        Assert.Equal("name/space/", Encoding.UTF8.GetString(Spaced.IntervalOf(KvRange.All).Start));
        Assert.Equal("name/space0", Encoding.UTF8.GetString(Spaced.IntervalOf(KvRange.All).End!));
    }

    [Fact]
    public void The_interval_of_a_prefix_of_highest_bytes_has_no_end()
    {
        Assert.Null(KeyCodec.Plain.IntervalOf(KvRange.Prefix("\uDCFF\uDCFF")).End);
        Assert.Equal([(byte)'b'], KeyCodec.Plain.IntervalOf(KvRange.Prefix("a\uDCFF")).End!);
    }

    private static bool Holds(KeyInterval interval, string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        return bytes.AsSpan().SequenceCompareTo(interval.Start) >= 0 && (interval.End is null || bytes.AsSpan().SequenceCompareTo(interval.End) < 0);
    }
}
