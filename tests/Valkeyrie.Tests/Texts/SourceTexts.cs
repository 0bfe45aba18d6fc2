namespace Valkeyrie.Tests.Texts;

/// <summary>The texts of a C# file, each kind in a copy of the file in which everything else is blank: lines and columns stay as they are.</summary>
/// <remarks>Blank space, and in <see cref="Literals"/> what joins two literals, becomes a space, so a phrase is found across lines and across a concatenation.
/// All other code becomes a bar, so no phrase is found across it.</remarks>
internal sealed class SourceTexts
{
    private const char Bar = '|';
    private readonly string _source;
    private readonly char[] _literals;
    private readonly char[] _documentation;
    private readonly char[] _comments;
    private int _at;

    /// <summary>Reads a file's text.</summary>
    /// <param name="source">The text.</param>
    public SourceTexts(string source)
    {
        _source = source;
        _literals = Blank("\"$@+");
        _documentation = Blank("/");
        _comments = Blank("/");
        ReadCode(end: '\0');
    }

    /// <summary>Whether the file shows a public type.</summary>
    public bool IsPublic => _source.Contains("\npublic ", StringComparison.Ordinal);

    /// <summary>What string literals hold, without the holes of interpolated ones.</summary>
    public string Literals => new(_literals);

    /// <summary>What documentation comments hold.</summary>
    public string Documentation => new(_documentation);

    /// <summary>What all other comments hold.</summary>
    public string Comments => new(_comments);

    private char[] Blank(string joining) =>
        [.. _source.Select(c => c == '\n' ? '\n' : char.IsWhiteSpace(c) || joining.Contains(c, StringComparison.Ordinal) ? ' ' : Bar)];

    // Code up to a closing brace, or to the end of the file.
    private void ReadCode(char end)
    {
        for (var depth = 0; _at < _source.Length;)
        {
            var next = _source[_at];
            if (next == end && depth == 0)
            {
                return;
            }

            depth += next switch { '{' => 1, '}' => -1, _ => 0 };
            if (Starts("///"))
            {
                ReadLine(_documentation, 3);
            }
            else if (Starts("//"))
            {
                ReadLine(_comments, 2);
            }
            else if (Starts("/*"))
            {
                ReadTo("*/", _comments);
            }
            else if (next == '\'')
            {
                ReadCharacter();
            }
            else if (StringBegin() is var (dollars, quotes, verbatim))
            {
                ReadString(dollars, quotes, verbatim);
            }
            else
            {
                _at++;
            }
        }
    }

    private bool Starts(string text) => string.CompareOrdinal(_source, _at, text, 0, text.Length) == 0;

    private void ReadLine(char[] target, int mark)
    {
        _at += mark;
        while (_at < _source.Length && _source[_at] != '\n')
        {
            Copy(target);
        }
    }

    private void ReadTo(string end, char[] target)
    {
        _at += end.Length;
        while (_at < _source.Length && !Starts(end))
        {
            Copy(target);
        }

        _at += end.Length;
    }

    private void Copy(char[] target)
    {
        target[_at] = _source[_at];
        _at++;
    }

    private void ReadCharacter()
    {
        var start = _at++;
        while (_at < _source.Length && _source[_at] != '\'' && _source[_at] != '\n')
        {
            _at += _source[_at] == '\\' ? 2 : 1;
        }

        Array.Fill(_literals, Bar, start, Math.Min(++_at, _source.Length) - start);
    }

    // How many $ begin an interpolated string, how many quotes enclose it, and whether a backslash is a character like any other.
    private (int Dollars, int Quotes, bool Verbatim)? StringBegin()
    {
        var at = _at;
        var verbatim = false;
        var dollars = 0;
        for (; at < _source.Length && _source[at] is '$' or '@'; at++)
        {
            verbatim |= _source[at] == '@';
            dollars += _source[at] == '$' ? 1 : 0;
        }

        var quotes = Run('"', at);
        if (quotes == 0)
        {
            return null;
        }

        // Two quotes are an empty string.
        quotes = quotes < 3 || verbatim ? 1 : quotes;
        _at = at + quotes;
        return (dollars, quotes, verbatim || quotes > 1);
    }

    private int Run(char c, int at)
    {
        var start = at;
        while (at < _source.Length && _source[at] == c)
        {
            at++;
        }

        return at - start;
    }

    private void ReadString(int dollars, int quotes, bool verbatim)
    {
        while (_at < _source.Length)
        {
            var braces = dollars > 0 ? Run('{', _at) : 0;
            if (_source[_at] == '"' && Run('"', _at) >= quotes)
            {
                // A doubled quote of a verbatim string stands for itself.
                if (!verbatim || quotes > 1 || Run('"', _at) % 2 == 1)
                {
                    _at += quotes;
                    return;
                }

                _at += 2;
            }
            else if (_source[_at] == '\\' && !verbatim)
            {
                _literals[_at] = ' ';
                _literals[Math.Min(_at + 1, _source.Length - 1)] = ' ';
                _at += 2;
            }
            else if (braces >= dollars && braces > 0 && (quotes > 1 || braces % 2 == 1))
            {
                _at += braces;
                ReadCode('}');
                _at += Math.Min(dollars, Run('}', _at));
            }
            else if (braces > 0)
            {
                _at += braces;
            }
            else
            {
                Copy(_literals);
            }
        }
    }
}
