using System.Globalization;
using System.Text;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Writes a configuration as YAML: one line per value, with texts in quotes unless every reader of YAML reads them as text.</summary>
/// <param name="output">The output.</param>
internal sealed class YamlWriter(TextOutput output) : INestedWriter
{
    // Words that readers of YAML 1.1 or 1.2 read as true, false, null or numbers.
    private static readonly HashSet<string> Reserved = new(["true", "false", "yes", "no", "on", "off", "y", "n", "null"], StringComparer.OrdinalIgnoreCase);

    private static readonly System.Buffers.SearchValues<char> Plain =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-");

    private int _depth = -1;
    private bool _isBehindDash;
    private bool _hasElement;

    public void BeginObject(string? name) => Begin(name);

    public void EndObject() => Close();

    public void BeginList(string? name, int count) => Begin(name);

    public void EndList() => Close();

    public void Value(string? name, NestedValue value)
    {
        BeginElement(name);
        output.Write(name is null ? "" : " ");
        switch (value.Kind)
        {
            case NestedKind.Literal:
                output.Write(value.Bytes);
                break;
            case NestedKind.Bytes:
                output.Write("!!binary \""u8);
                output.WriteBase64(value.Bytes);
                output.Write("\""u8);
                break;
            default:
                WriteText(Encoding.UTF8.GetString(value.Bytes));
                break;
        }

        output.Write("\n"u8);
        _isBehindDash = false;
    }

    public void End()
    {
        output.Write(_hasElement ? "" : "{}\n");
        output.Flush();
    }

    private void Begin(string? name)
    {
        if (_depth >= 0)
        {
            BeginElement(name);
            output.Write(name is null ? "" : "\n");
            _isBehindDash = name is null;
        }

        _depth++;
    }

    private void Close() => _depth--;

    // The first element of an element that is a list begins on its line, after the dash.
    private void BeginElement(string? name)
    {
        _hasElement = true;
        if (!_isBehindDash)
        {
            output.Indent(2 * _depth);
        }

        if (name is null)
        {
            output.Write("- "u8);
            _isBehindDash = true;
        }
        else
        {
            WriteText(name);
            output.Write(":"u8);
            _isBehindDash = false;
        }
    }

    private void WriteText(string text)
    {
        if (IsPlain(text))
        {
            output.Write(text);
            return;
        }

        output.Write("\""u8);
        var escaped = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            Append(escaped, rune);
            if (escaped.Length > 16 * 1024)
            {
                output.Write(escaped.ToString());
                escaped.Clear();
            }
        }

        output.Write(escaped.Append('"').ToString());
    }

    private static bool IsPlain(string text) =>
        text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] == '/') && !text.AsSpan().ContainsAnyExcept(Plain) && !Reserved.Contains(text);

    // YAML 1.2, section 5.7; visible characters are unchanged.
    private static void Append(StringBuilder text, Rune rune) => _ = rune.Value switch
    {
        '"' => text.Append("\\\""),
        '\\' => text.Append("\\\\"),
        '\n' => text.Append("\\n"),
        '\r' => text.Append("\\r"),
        '\t' => text.Append("\\t"),
        <= 0xFFFF when Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse => text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}"),
        _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse =>
            text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}"),
        _ => text.Append(rune.ToString()),
    };
}
