using System.Text.Json;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Reads the records of a JSON file. It holds one record at a time, and the text of that in one piece.</summary>
/// <param name="largestValue">The most bytes that a value may have; null for no limit.</param>
internal sealed class JsonRecords(long? largestValue)
{
    private const int LeastBuffer = 64 * 1024;

    // A byte of a value takes six as \u0000. Base64, whose digits nobody escapes but + and /, takes less.
    private const int BytesPerByte = 6;
    private const long RoomForTheRest = 1024 * 1024;

    private static readonly JsonReaderOptions Options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private readonly int _largestBuffer = largestValue is { } limit ? (int)Math.Min(Array.MaxLength, limit * BytesPerByte + RoomForTheRest) : Array.MaxLength;

    private byte[] _buffer = new byte[LeastBuffer];
    private int _start;
    private int _end;
    private bool _isLast;
    private JsonReaderState _state = new(Options);
    private Place _place;

    // Behind an object the reader expects the same as behind any number of plain ones, but for the lines, which it counts.
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

    /// <summary>True when all of the file has been read, and is right.</summary>
    public bool HasEnded => _place == Place.End;

    /// <summary>Reads on in the file.</summary>
    /// <param name="text">The file.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FormatException">A record is too large.</exception>
    public async ValueTask FillAsync(Stream text, CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_end == _largestBuffer)
            {
                throw largestValue is { } limit ? TreeRecord.ValueTooLarge(limit) : new FormatException($"it is longer than the {_largestBuffer} bytes that can be read at once");
            }

            Array.Resize(ref _buffer, (int)Math.Min(_largestBuffer, _buffer.Length * 2L));
        }

        // As much as there is room for: a record that is not whole is begun anew each time.
        var count = await text.ReadAtLeastAsync(_buffer.AsMemory(_end), _buffer.Length - _end, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        _isLast = count < _buffer.Length - _end;
        _end += count;
    }

    /// <summary>The next record.</summary>
    /// <returns>The record; null where the file has ended, or more of it is needed.</returns>
    /// <exception cref="FormatException">What comes is no record.</exception>
    public TreeRecord? Next()
    {
        var rest = _buffer.AsSpan(_start, _end - _start);
        if (_isBehindObject && PlainJsonRecord.TryFind(rest, isLine: _place == Place.Lines, out var plain))
        {
            _start += plain.Length;
            _plainLines += plain.LineEnds;
            return plain.ToRecord();
        }

        if (_place == Place.Lines && rest.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            _start = _end;
            _place = _isLast ? Place.End : _place;
            return null;
        }

        if (_end == 0)
        {
            return _isLast ? throw new FormatException("it is empty") : null;
        }

        var reader = new Utf8JsonReader(rest, _isLast, _state);
        try
        {
            return Next(ref reader);
        }
        catch (JsonException e)
        {
            throw new FormatException($"it is not whole JSON{(_place == Place.Lines ? "" : $" (line {(e.LineNumber ?? 0) + _plainLines + 1})")}. A tree is an array of objects with a Key and a Value", e);
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
                    if (!fields.TryRead(ref reader, _buffer.AsSpan(_start, _end - _start)))
                    {
                        return null;
                    }

                    _start += (int)reader.BytesConsumed;
                    _state = reader.CurrentState;
                    _isBehindObject = true;
                    if (_place != Place.InArray)
                    {
                        // JSON lines: the next object is a text of its own.
                        _place = Place.Lines;
                        _state = new(Options);
                    }

                    return fields.ToRecord();
                default:
                    throw new FormatException(_place == Place.BeforeArray ? "a tree is objects with a Key and a Value, in an array or one a line" : "it is not an object with a Key and a Value");
            }

            Pass(ref reader);
        }

        if (_isLast)
        {
            _place = Place.End;
        }

        return null;
    }

    private void Pass(ref Utf8JsonReader reader)
    {
        _start += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
        reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isLast, _state);
    }
}
