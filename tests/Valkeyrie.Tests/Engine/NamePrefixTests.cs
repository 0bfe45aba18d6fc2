namespace Valkeyrie.Tests.Engine;

/// <summary>The ranges of a directory's keys whose names have a prefix, ignoring case.</summary>
public sealed class NamePrefixTests
{
    // The forms of letters. Some have more than two, and some are beyond 16 bits.
    private static readonly string[][] Letters =
        [["a", "A"], ["ä", "Ä"], ["Σ", "ς", "σ"], ["µ", "Μ", "μ"], ["Ǆ", "ǅ", "ǆ"], ["β", "ϐ"], ["\U00010400", "\U00010428"], ["鍵"]];

    public static TheoryData<string[], string> Forms => [.. Letters.SelectMany(forms => forms.Select(form => (forms, form)))];

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_letter_matches_all_its_forms_and_no_other_letter(string[] forms, string letter)
    {
        var prefix = new NamePrefix("d/", $"x{letter}");
        Assert.Equal(forms, Letters.SelectMany(l => l).Where(other => prefix.Matches($"d/X{other}")));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void No_name_is_passed_over_that_matches(string[] forms, string letter)
    {
        var prefix = new NamePrefix("d/", $"x{letter}");
        Assert.All(forms, form => Assert.All(["d/", "d/Wz", "d/X", "d/X!"], place =>
            Assert.True(prefix.FirstAfter(place) is { } first && KeyOrder.Compare(first, $"d/X{form}") <= 0, $"After '{place}' it passes over '{form}'.")));
    }
}
