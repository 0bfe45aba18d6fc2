using System.Text.Json;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Reads the records of a JSON file, with the text of one record at a time in memory.</summary>
/// <param name="largestValue">The maximum size of a value in bytes; null for no limit.</param>
internal sealed class JsonRecords(long? largestValue)
{
    private static readonly JsonReaderOptions Options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private readonly JsonWindow _window = new(largestValue);

    private JsonReaderState _state = new(Options);
    private Place _place;

    // After an object, the reader expects the same as after any number of plain ones, except for the number of lines.
    private bool _isBehindObject;
    private long _plainLines;

    private enum Place
    {
        BeforeArray,
        InArray,
        BehindArray,
        Lines,
        End,
    }

    /// <summary>True when the whole file has been read and is valid.</summary>
    public bool HasEnded => _place == Place.End;

    /// <summary>Reads more of the file.</summary>
    /// <param name="text">The file.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FormatException">A record is too large.</exception>
    public async ValueTask FillAsync(Stream text, CancellationToken cancellationToken)
    {
        if (!await _window.TryFillAsync(text, cancellationToken).ConfigureAwait(false))
        {
            throw largestValue is { } limit ? TreeRecord.ValueTooLarge(limit) : new FormatException($"it is longer than the {_window.Largest} bytes that can be read at once");
        }
    }

    /// <summary>Gets the next record.</summary>
    /// <returns>The record; null if the file has ended, or if more of it is required.</returns>
    /// <exception cref="FormatException">The next text is not a record.</exception>
    public TreeRecord? Next()
    {
        var rest = _window.Rest;
        if (_isBehindObject && PlainJsonRecord.TryFind(rest, isLine: _place == Place.Lines, out var plain))
        {
            _window.Advance(plain.Length);
            _plainLines += plain.LineEnds;
            return plain.ToRecord();
        }

        if (_place == Place.Lines && rest.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            _window.Advance(_window.Rest.Length);
            _place = _window.IsLast ? Place.End : _place;
            return null;
        }

        if (_window.IsEmpty)
        {
            return _window.IsLast ? throw TreeFormatException.Empty() : null;
        }

        var reader = new Utf8JsonReader(rest, _window.IsLast, _state);
        try
        {
            return Next(ref reader);
        }
        catch (JsonException e)
        {
            throw new FormatException($"it is not valid JSON{(_place == Place.Lines ? "" : $" (line {(e.LineNumber ?? 0) + _plainLines + 1})")}. A tree must be an array of objects with a Key and a Value", e);
        }
    }

    private TreeRecord? Next(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray when _place == Place.BeforeArray:
                    _place = Place.InArray;
                    break;
                case JsonTokenType.EndArray when _place == Place.InArray:
                    _place = Place.BehindArray;
                    _isBehindObject = false;
                    break;
                case JsonTokenType.StartObject when _place != Place.BehindArray:
                    var fields = new JsonRecordFields();
                    if (!fields.TryRead(ref reader, _window.Rest))
                    {
                        return null;
                    }

                    _window.Advance((int)reader.BytesConsumed);
                    _state = reader.CurrentState;
                    _isBehindObject = true;
                    if (_place != Place.InArray)
                    {
                        // JSON lines: the next object is a separate text.
                        _place = Place.Lines;
                        _state = new(Options);
                    }

                    return fields.ToRecord();
                default:
                    throw new FormatException(_place == Place.BeforeArray ? "a tree must consist of objects with a Key and a Value, in an array or one per line" : "it is not an object with a Key and a Value");
            }

            Pass(ref reader);
        }

        if (_window.IsLast)
        {
            _place = Place.End;
        }

        return null;
    }

    private void Pass(ref Utf8JsonReader reader)
    {
        _window.Advance((int)reader.BytesConsumed);
        _state = reader.CurrentState;
        reader = new Utf8JsonReader(_window.Rest, _window.IsLast, _state);
    }
}
