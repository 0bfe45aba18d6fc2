using System.Globalization;
using System.Text;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Converts a part of a key (the text between two slashes) to a name in a path, and back. Most names equal their part.</summary>
/// <remarks>A path cannot contain an empty name, or <c>.</c> or <c>..</c> as a name, and reads a backslash as a separator. Invisible characters, such as a
/// line feed, must not reach a listing, a prompt or a completion unchanged. These parts are written with a percent sign: <c>%</c> alone for the empty part,
/// <c>%2E</c> for a dot that is a whole part, <c>%5C</c> for a backslash, and the UTF-8 bytes of invisible characters: <c>%0A</c>, <c>%E2%80%AE</c>. Other
/// percent signs are unchanged, except for one that would be read as such an escape: <c>%25</c>.</remarks>
internal static class PathName
{
    private const string Empty = "%";
    private static readonly System.Buffers.SearchValues<char> WildcardCharacters = System.Buffers.SearchValues.Create("*?[]`");

    // PowerShell reads all of these as quotes and blanks, but quotes only the plain ones in a completed path.
    private static readonly System.Buffers.SearchValues<char> QuotesAndBlanks = System.Buffers.SearchValues.Create(
        "\u2018\u2019\u201A\u201B\u201C\u201D\u201E\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u202F\u205F\u3000");

    /// <summary>Converts a part of a key to a name in a path.</summary>
    public static string Of(string part) => part switch
    {
        "" => Empty,
        "." => "%2E",
        ".." => "%2E%2E",
        Empty => "%25",
        _ when part.AsSpan().ContainsAny('%', '\\') || !VisibleText.IsVisible(part) => Escape(part, forCompletion: false),
        _ => part,
    };

    /// <summary>Converts a part of a key to a name in a completed path.</summary>
    public static string ForCompletion(string part) => part.AsSpan().ContainsAny(QuotesAndBlanks) ? Escape(part, forCompletion: true) : Of(part);

    /// <summary>Converts a name in a path to the part of a key.</summary>
    public static string Read(string name)
    {
        if (name == Empty)
        {
            return "";
        }

        if (!name.Contains('%', StringComparison.Ordinal))
        {
            return name;
        }

        var part = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length;)
        {
            var bytes = BytesAt(name, i);
            _ = bytes.Length == 0 ? part.Append(name[i]) : part.Append(KeyText.Decode(bytes));
            i += bytes.Length == 0 ? 1 : 3 * bytes.Length;
        }

        return part.ToString();
    }

    /// <summary>Gets a name in the form of <see cref="Of"/>; a typed name can contain invisible characters.</summary>
    public static string Canonical(string name) => VisibleText.IsVisible(name) ? name : Of(Read(name));

    /// <summary>Gets the beginning of all names that match a pattern: the text before its first wildcard character.</summary>
    public static string LiteralBeginning(string pattern) => pattern.AsSpan().IndexOfAny(WildcardCharacters) is >= 0 and var end ? pattern[..end] : pattern;

    /// <summary>Gets the beginning of all key parts whose names have a beginning. It can be shorter if the beginning contains a percent sign.</summary>
    public static string PartBeginning(string name) => name.IndexOf('%', StringComparison.Ordinal) is >= 0 and var sign ? name[..sign] : name;

    private static string Escape(string part, bool forCompletion)
    {
        var name = new StringBuilder(part.Length + 8);
        for (var i = 0; i < part.Length;)
        {
            var length = char.IsSurrogatePair(part, i) ? 2 : 1;
            var c = part.AsSpan(i, length);
            if (c is "\\" || (c is "%" && SignAt(part, i) is not null) || (forCompletion && c.ContainsAny(QuotesAndBlanks)) || !VisibleText.IsVisible(c))
            {
                AppendSigns(name, KeyText.Encode(c.ToString()));
            }
            else
            {
                name.Append(c);
            }

            i += length;
        }

        return name.ToString();
    }

    private static void AppendSigns(StringBuilder name, byte[] bytes)
    {
        foreach (var one in bytes)
        {
            name.Append(CultureInfo.InvariantCulture, $"%{one:X2}");
        }
    }

    /// <summary>Gets the bytes of the escapes from an index on: one ASCII byte, or all consecutive other bytes, which belong together.</summary>
    private static byte[] BytesAt(string name, int index)
    {
        if (SignAt(name, index) is not { } first || char.IsAscii((char)first))
        {
            return SignAt(name, index) is { } only ? [only] : [];
        }

        var bytes = new List<byte>();
        while (SignAt(name, index + (3 * bytes.Count)) is { } next && !char.IsAscii((char)next))
        {
            bytes.Add(next);
        }

        return [.. bytes];
    }

    // An escape never encodes a letter, a digit or another character that names contain unchanged: a%20b means itself.
    private static byte? SignAt(string text, int index) =>
        index + 2 < text.Length && text[index] == '%' && char.IsAsciiHexDigit(text[index + 1]) && char.IsAsciiHexDigit(text[index + 2])
            && byte.Parse(text.AsSpan(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) is var value
            && value is (> 0 and < (byte)' ') or (byte)'%' or (byte)'.' or (byte)'\\' or >= 0x7F
            ? value
            : null;
}
