using System.Text.RegularExpressions;

namespace Valkeyrie.Tests.Texts;

/// <summary>A phrase that no text holds, and what says the same in plain English.</summary>
/// <param name="pattern">The phrase as a regular expression. A space stands for any blank space, a line's end included.</param>
/// <param name="instead">What to write in its place.</param>
internal sealed class RefusedPhrase(string pattern, string instead)
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private readonly Regex _words = new(pattern.Replace(" ", @"\s+", StringComparison.Ordinal), Options);

    /// <summary>What to write in its place.</summary>
    public string Instead => instead;

    /// <summary>Every place where a text holds it.</summary>
    /// <param name="text">The text.</param>
    public IEnumerable<Match> In(string text) => _words.Matches(text);
}
