using System.Globalization;
using System.Text;

namespace Valkeyrie.Tests.Contract;

/// <summary>External text is made visible before it is shown.</summary>
public class VisibleTextTests
{
    [Theory]
    [InlineData("app/x", "app/x")]
    [InlineData("", "")]
    [InlineData("a\u001b[31mb", "a␛[31mb")]
    [InlineData("a\r\nb\tc\u007f", "a␍␊b␉c␡")]
    [InlineData("a\u009bb\u0085", "a<U+009B>b<U+0085>")]
    [InlineData("a\u202eb\u2066\u200f\u061c\u2028", "a<U+202E>b<U+2066><U+200F><U+061C><U+2028>")]
    [InlineData("a\U000e0041", "a<U+E0041>")]
    [InlineData("grüße 你好 👩‍💻 نمی‌خواهم ‘’“” ⁂", "grüße 你好 👩‍💻 نمی‌خواهم ‘’“” ⁂")]
    public void Everything_that_does_not_show_is_shown_and_nothing_else_is_touched(string text, string shown)
    {
        Assert.Equal(shown, VisibleText.Of(text));
        Assert.Equal(text == shown, VisibleText.IsVisible(text));
    }

    // Not as rows: xUnit cannot pass half of a surrogate pair.
    [Fact]
    public void Half_of_a_surrogate_pair_is_shown_as_the_byte_or_the_number_that_it_is()
    {
        Assert.Equal("a<0xFF>b", VisibleText.Of("a\udcffb"));
        Assert.Equal("a<U+D800>", VisibleText.Of("a\ud800"));
        Assert.Equal("<U+DBFF>\udbff\udfff", VisibleText.Of("\udbff\udbff\udfff"));
    }

    [Fact]
    public void Lines_stay_where_they_are_asked_for_and_nothing_else_does()
    {
        Assert.Equal("a\r\nb\nc\td␍e␛", VisibleText.OfLines("a\r\nb\nc\td\re\u001b"));
        Assert.Equal("", VisibleText.OfLines(null));
        Assert.Equal("", VisibleText.Of(null));
    }

    [Fact]
    public void No_text_is_left_with_anything_that_could_control_a_terminal()
    {
        Assert.Null(HostileText.FindIn(VisibleText.Of(HostileText.Whole)));
        for (var seed = 0; seed < 100_000; seed++)
        {
            var text = HostileText.Random(new Random(seed));
            var shown = VisibleText.Of(text);
            Assert.True(HostileText.FindIn(shown) is null, $"Seed {seed}: {HostileText.FindIn(shown)} is left.");
            Assert.True(HostileText.FindIn(VisibleText.OfLines(text), lines: true) is null, $"Seed {seed}, with lines.");
            Assert.True(VisibleText.IsVisible(shown), $"Seed {seed}: what is made visible is visible.");
            Assert.True(VisibleText.IsVisible(text) == (shown == text), $"Seed {seed}: what is visible stays as it is.");
        }
    }

    [Fact]
    public void Every_character_that_shows_stays()
    {
        for (var code = 0; code <= 0x10FFFF; code++)
        {
            if (Rune.TryCreate(code, out var rune) && Rune.GetUnicodeCategory(rune) is not (
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
            {
                var text = rune.ToString();
                Assert.Same(text, VisibleText.Of(text));
            }
        }
    }

    [Fact]
    public void A_pair_formats_its_key_and_its_value_in_one_line()
    {
        var pair = new KvPair("one\n\u001b[2Jtwo"u8.ToArray()) { Key = "a\nb" };
        Assert.Equal("a␊b", $"{pair:key}");
        Assert.Equal("one␊␛[2Jtwo", $"{pair:value}");
        Assert.Equal("one\n␛[2Jtwo", $"{pair:lines}");
        Assert.Equal("a\nb", $"{pair}");
        Assert.Throws<FormatException>(() => $"{pair:x}");
        Assert.Equal("", $"{new KvPair { Key = "a", KeyOnly = true }:value}");
    }

    [Fact]
    public void A_value_is_looked_at_as_far_as_it_is_shown_and_cut_between_characters()
    {
        // The first emoji begins at the last visible position.
        var late = new string('x', 199) + "😀" + new string('y', 5000);
        Assert.Equal($"{new string('x', 199)}... (5203 bytes)", Shown(late));
        Assert.Equal("<5003 bytes: 78 78 78 78 78 78 78 78 ...>", $"{new KvPair([.. Encoding.UTF8.GetBytes(new string('x', 5000)), 0xFF, 0xFE, 0xFD]) { Key = "a" }:value}");
        Assert.StartsWith(new string('x', 150) + "<U+202E>", Shown(new string('x', 150) + "\u202e" + new string('x', 600)), StringComparison.Ordinal);
        Assert.Equal("<3 bytes: 01 02 03>", Shown("\u0001\u0002\u0003"));
    }

    private static string Shown(string value) => $"{new KvPair(Encoding.UTF8.GetBytes(value)) { Key = "a" }:value}";

    [Fact]
    public void AnEventShowsItsPairOrItsErrorAndTheValueBefore()
    {
        var change = new KvEvent
        {
            Type = KvEventType.Put,
            Pair = new KvPair("one\ntwo"u8.ToArray()) { Key = "a\u001b[31m", Revision = 7 },
            Previous = new KvPair("before\u001b"u8.ToArray()) { Key = "a\u001b[31m" },
        };
        var outage = new KvEvent { Type = KvEventType.Outage, Pair = new KvPair { Key = "a" }, Error = new KvException(KvErrorCode.Unreachable, "gone\u001b") };

        Assert.Equal(VisibleText.Of(change.Key), $"{change:key}");
        Assert.Equal($"{change.Pair:value}", $"{change:value}");
        Assert.Equal($"{change.Pair:lines}", $"{change:lines}");
        Assert.Equal(VisibleText.Of("before\u001b"), $"{change:previous}");
        Assert.Equal(change.ToString(), $"{change}");
        Assert.Equal(VisibleText.Of("gone\u001b"), $"{outage:value}");
        Assert.Equal("", $"{outage:previous}");
        Assert.Throws<FormatException>(() => $"{change:x}");
    }
}
