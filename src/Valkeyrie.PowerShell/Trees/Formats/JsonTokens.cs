using System.Text;
using System.Text.Json;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Reads a JSON text token by token, with one token at a time in memory, and tracks the position of each.</summary>
/// <param name="text">The text, as UTF-8 without a byte order mark.</param>
/// <param name="largestValue">The maximum size of a value in bytes; null for no limit.</param>
/// <param name="severalValues">True to read the text after a value as the next value, as in JSON lines; false to refuse it.</param>
internal sealed class JsonTokens(Stream text, long? largestValue, bool severalValues = false)
{
    /// <summary>The maximum depth of nesting.</summary>
    public const int DeepestNesting = 1000;

    private static readonly JsonReaderOptions Options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = DeepestNesting };

    private readonly JsonWindow _window = new(largestValue);

    private byte[] _bytes = [];
    private bool _isBetween = true;
    private bool _hasBegun;
    private JsonReaderState _state = new(Options);
    private long _line = 1;
    private long _column = 1;
    private long _byteColumn;
    private long _tokenLine = 1;
    private long _tokenColumn = 1;

    /// <summary>The type of the token.</summary>
    public JsonTokenType Type { get; private set; }

    /// <summary>The number of objects and arrays around the token.</summary>
    public int Depth { get; private set; }

    /// <summary>The position at which the token begins.</summary>
    public string Place => $"line {_tokenLine}, column {_tokenColumn}";

    /// <summary>The text of a name or a string; the literal of a number, true, false or null.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The bytes as a string.</summary>
    public string Text => Encoding.UTF8.GetString(_bytes);

    /// <summary>True for a value that is neither an object nor an array.</summary>
    public bool IsScalar => Type is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null;

    /// <summary>Moves to the next token.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="TreeFormatException">The next token is not JSON, not text, or too large.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (!TryRead())
        {
            if (_window.IsLast)
            {
                return false;
            }

            await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Moves to the end of the value that begins at the token.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask SkipAsync(CancellationToken cancellationToken)
    {
        if (Type is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        var depth = Depth;
        while (await ReadAsync(cancellationToken).ConfigureAwait(false) && Depth > depth)
        {
        }
    }

    /// <summary>Creates an error at the token.</summary>
    /// <param name="message">The fault.</param>
    public TreeFormatException Error(string message) => new(Place, message);

    private bool TryRead()
    {
        var rest = _window.Rest;
        if (_isBetween && rest.IndexOfAnyExcept(" \t\r\n"u8) < 0 && (severalValues || !_hasBegun))
        {
            Pass(rest.Length);
            return _window.IsLast && !_hasBegun ? throw TreeFormatException.Empty() : false;
        }

        var reader = new Utf8JsonReader(rest, _window.IsLast, _state);
        try
        {
            if (!reader.Read())
            {
                return false;
            }
        }
        catch (JsonException e)
        {
            throw new TreeFormatException(PlaceOf(e, rest), $"it is not valid JSON: {Reason(e)}", e);
        }

        Pass((int)reader.TokenStartIndex);
        (_tokenLine, _tokenColumn) = (_line, _column);
        Type = reader.TokenType;
        Depth = reader.CurrentDepth;
        Take(ref reader);
        Pass((int)(reader.BytesConsumed - reader.TokenStartIndex));
        _state = reader.CurrentState;
        _hasBegun = true;
        _isBetween = Depth == 0 && Type is not (JsonTokenType.StartObject or JsonTokenType.StartArray);
        if (_isBetween && severalValues)
        {
            _state = new(Options);
        }

        return true;
    }

    private void Take(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
        {
            _bytes = new byte[reader.ValueSpan.Length];
            try
            {
                var length = reader.CopyString(_bytes);
                _bytes = length == _bytes.Length ? _bytes : _bytes[..length];
            }
            catch (InvalidOperationException)
            {
                throw Error(TreeText.Invalid(reader.TokenType == JsonTokenType.String ? "text" : "name").Message);
            }
        }
        else
        {
            _bytes = IsScalar ? reader.ValueSpan.ToArray() : [];
        }
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (!await _window.TryFillAsync(text, cancellationToken).ConfigureAwait(false))
        {
            throw new TreeFormatException(
                $"line {_line}, column {_column}",
                largestValue is { } limit ? TreeRecord.ValueTooLarge(limit).Message : $"a value is longer than the {_window.Largest} bytes that can be read at once");
        }
    }

    private void Pass(int count)
    {
        var passed = _window.Rest[..count];
        if (passed.LastIndexOf((byte)'\n') is >= 0 and var end)
        {
            _line += passed.Count((byte)'\n');
            _column = 1;
            _byteColumn = 0;
            passed = passed[(end + 1)..];
        }

        _byteColumn += passed.Length;

        _column += Encoding.UTF8.GetCharCount(passed);
        _window.Advance(count);
    }

    // The reader counts lines and bytes from 0, beginning where its state was last created, and before the blanks that it has not passed.
    private string PlaceOf(JsonException e, ReadOnlySpan<byte> rest)
    {
        var offset = severalValues ? 0 : OffsetOf((e.LineNumber ?? 0) + 1 - _line, e.BytePositionInLine ?? 0, rest);
        var at = rest[offset..].IndexOfAnyExcept(" \t\r\n"u8) is >= 0 and var blanks ? offset + blanks : rest.Length;
        Pass(at);
        return $"line {_line}, column {_column}";
    }

    private int OffsetOf(long lines, long bytes, ReadOnlySpan<byte> rest)
    {
        if (lines == 0)
        {
            return (int)Math.Clamp(bytes - _byteColumn, 0, rest.Length);
        }

        var offset = 0;
        for (; lines > 0 && rest[offset..].IndexOf((byte)'\n') is >= 0 and var end; lines--)
        {
            offset += end + 1;
        }

        return (int)Math.Min(offset + bytes, rest.Length);
    }

    // Without the position, which the message ends with in another form.
    private static string Reason(JsonException e) => e.Message.Split(" LineNumber:")[0].TrimEnd('.', ' ');
}
