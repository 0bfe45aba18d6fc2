namespace Valkeyrie.Tests.Recipes;

/// <summary>Where among the keys of a directory the names lie that begin as asked, in any case.</summary>
public sealed class NamePrefixTests
{
    // Letters with more than two forms, and ones beyond 16 bits.
    private static readonly string[] Letters = ["a", "A", "ä", "Ä", "Σ", "ς", "σ", "µ", "Μ", "μ", "Ǆ", "ǅ", "ǆ", "β", "ϐ", "\U00010400", "\U00010428", "鍵"];

    [Fact]
    public void No_name_is_passed_over_that_matches()
    {
        foreach (var (text, name) in Letters.SelectMany(text => Letters.Select(name => ("x" + text, "X" + name))))
        {
            var prefix = new NamePrefix("d/", text);
            var key = $"d/{name}";
            if (prefix.Matches(key))
            {
                foreach (var place in (string[])["d/", "d/Wz", "d/X", "d/X!"])
                {
                    Assert.True(prefix.FirstAfter(place) is { } first && KeyOrder.Compare(first, key) <= 0, $"'{text}' after '{place}' passes over '{name}'.");
                }
            }
        }
    }

    [Fact]
    public void Upper_and_lower_case_are_the_same_beyond_16_bits_too() => Assert.True(new NamePrefix("d/", "\U00010400").Matches("d/\U00010428"));
}
