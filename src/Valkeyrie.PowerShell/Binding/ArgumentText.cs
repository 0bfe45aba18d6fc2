using System.Globalization;
using System.Management.Automation.Language;
using System.Text;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Writes a text as an argument of a command, for completion and for commands in messages. PowerShell reads the argument as exactly this text, on one
/// line.</summary>
/// <remarks>Only words of ASCII letters, digits and <c>/ _ . -</c> that begin with a letter, <c>/</c> or <c>_</c> need no quotes: such a word is never a
/// number, a parameter or an operator. Any other text is in single quotes. A text with invisible characters, such as a line feed, is in double quotes with
/// these characters escaped: a pasted or completed line feed would end the line and run the rest.</remarks>
internal static class ArgumentText
{
    private static readonly System.Buffers.SearchValues<char> Bare =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_.-");

    /// <summary>Gets the argument for a text.</summary>
    /// <param name="text">The text.</param>
    public static string Of(string text) =>
        IsBare(text) ? text
        : VisibleText.IsVisible(text) ? $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'"
        : $"\"{Escape(text)}\"";

    /// <summary>Gets the text of a word that is typed as an argument, finished or not.</summary>
    /// <param name="word">The word, with the quotes around it, if any.</param>
    /// <returns>The text; for a word that depends on variables, the word as typed.</returns>
    public static string Read(string? word)
    {
        if (string.IsNullOrEmpty(word) || IsBare(word))
        {
            return word ?? "";
        }

        // After the name of a command, a word is an argument. The end of the input closes an open quote.
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
