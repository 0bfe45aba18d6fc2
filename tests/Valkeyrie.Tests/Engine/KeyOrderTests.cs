using FsCheck;
using FsCheck.Fluent;

namespace Valkeyrie.Tests.Engine;

/// <summary>The order of keys is that of their bytes.</summary>
public class KeyOrderTests
{
    [Fact]
    public void Keys_compare_as_their_bytes_do()
    {
        // Whole characters of every length and pieces of them, in any order.
        byte[][] pieces = [[0x61], [0x2F], [0x7F], [0xC3, 0xA9], [0xEF, 0xBF, 0xBD], [0xF0, 0x9F, 0x94, 0x91], [0xF0, 0x9F, 0x94, 0x92], [0xC3], [0xF0, 0x9F], [0x80], [0xFF]];
        var keys = Gen.Elements(pieces).ListOf().Select(list => list.SelectMany(p => p).ToArray()).ToArbitrary();
        Prop.ForAll(keys, keys, (a, b) =>
            Math.Sign(KeyOrder.Compare(KeyCodec.Plain.Decode(a), KeyCodec.Plain.Decode(b))) == Math.Sign(a.AsSpan().SequenceCompareTo(b))).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("a", "a", 0)]
    [InlineData("a", "a/b", -1)]
    [InlineData("a-b", "a/b", -1)]
    [InlineData("\uFFFD", "😀", -1)]
    [InlineData("\uDC80", "z", 1)]
    public void Some_keys_compare_so(string a, string b, int expected)
    {
        Assert.Equal(expected, Math.Sign(KeyOrder.Compare(a, b)));
        Assert.Equal(-expected, Math.Sign(KeyOrder.Compare(b, a)));
    }
}
