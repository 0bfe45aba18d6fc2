using System.Globalization;
using System.Management.Automation.Language;
using System.Text;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>A text as an argument of a command: what is completed, and what a message offers for pasting. PowerShell reads it as that very text, in one line,
/// whatever it holds.</summary>
/// <remarks>Bare stand only words of ASCII letters, digits and <c>/ _ . -</c> that begin with a letter, <c>/</c> or <c>_</c>: no number, no parameter, no
/// operator and no sign of PowerShell's is among them. All others stand in single quotes. One with something that does not show, as a line feed, stands in
/// double quotes with that escaped: a line feed that is pasted or completed as it is would end the line and run what follows.</remarks>
internal static class ArgumentText
{
    private static readonly System.Buffers.SearchValues<char> Bare =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_.-");

    /// <summary>The argument.</summary>
    /// <param name="text">What it is to mean.</param>
    public static string Of(string text) =>
        IsBare(text) ? text
        : VisibleText.IsVisible(text) ? $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'"
        : $"\"{Escape(text)}\"";

    /// <summary>What a word means that is typed as an argument, be it finished or not.</summary>
    /// <param name="word">The word, in the quotes that it may be typed in.</param>
    /// <returns>Its text; of a word that depends on variables, what is typed.</returns>
    public static string Read(string? word)
    {
        if (string.IsNullOrEmpty(word) || IsBare(word))
        {
            return word ?? "";
        }

        // Behind a command's name a word is an argument. A quote that is still open is closed by the end.
        Parser.ParseInput("x " + word, out var tokens, out _);
        return tokens is [_, StringToken text, { Kind: TokenKind.EndOfInput }] && text is not StringExpandableToken { NestedTokens.Count: > 0 }
            ? text.Value
            : word.TrimStart('\'', '"').TrimEnd('\'', '"');
    }

    private static bool IsBare(string text) =>
        text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] is '/' or '_') && !text.AsSpan().ContainsAnyExcept(Bare);

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var rune = Rune.TryGetRuneAt(text, i, out var whole) ? whole.Value : text[i];
            var length = rune > char.MaxValue ? 2 : 1;
            _ = rune switch
            {
                '\n' => escaped.Append("`n"),
                '\r' => escaped.Append("`r"),
                '\t' => escaped.Append("`t"),
                '\e' => escaped.Append("`e"),
                '`' or '$' or '"' or '\u201C' or '\u201D' or '\u201E' => escaped.Append('`').Append(text[i]),
                _ when !VisibleText.IsVisible(text.AsSpan(i, length)) => escaped.Append(CultureInfo.InvariantCulture, $"`u{{{rune:X}}}"),
                _ => escaped.Append(text, i, length),
            };
            i += length - 1;
        }

        return escaped.ToString();
    }
}
