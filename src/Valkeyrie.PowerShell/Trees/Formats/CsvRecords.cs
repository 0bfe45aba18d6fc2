using System.Text;
using CsvHelper;
using Valkeyrie.PowerShell.Files;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Reads the records of a CSV file, with one record at a time in memory.</summary>
internal sealed class CsvRecords : IAsyncDisposable
{
    // A quote in a value takes two bytes; any other byte takes one.
    private const int BytesPerByte = 2;
    private const long RoomForTheRest = 1024 * 1024;

    private readonly CsvReader _csv;
    private readonly long? _largestValue;
    private readonly EndOfText _text;
    private string[]? _columns;
    private CsvMalformedReason? _malformed;
    private bool _hasRecords;

    /// <summary>Opens a file.</summary>
    /// <param name="text">The file, as UTF-8 without a byte order mark. It is not closed.</param>
    /// <param name="largestValue">The maximum size of a value in bytes; null for no limit.</param>
    public CsvRecords(Stream text, long? largestValue)
    {
        _largestValue = largestValue;
        _text = new EndOfText(text);
        _csv = CsvReader.Create(
            _text,
            new CsvReaderOptions
            {
                Separator = ',',
                HasHeader = false,
                TrimWhitespace = true,
                MaxRecordSize = largestValue is { } limit ? (int)Math.Min(int.MaxValue, limit * BytesPerByte + RoomForTheRest) : null,

                // The errors of the library number the records differently.
                MalformedData = CsvMalformedDataHandling.Recover,
                OnMalformedRecord = record => _malformed = record.Reason,
            },
            leaveOpen: false);
    }

    /// <summary>Reads the next record; null at the end.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FormatException">The next text is not a record.</exception>
    public async ValueTask<TreeRecord?> NextAsync(CancellationToken cancellationToken)
    {
        if (_columns is null && !await ReadColumnsAsync(cancellationToken).ConfigureAwait(false))
        {
            throw TreeFormatException.Empty();
        }

        if (await ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            _hasRecords = true;
            return Record();
        }

        // A record that ends after a comma has an empty last field, and more fields may be missing. If the file has only column names, only the line end shows
        // that they are complete.
        var isWhole = _hasRecords ? _text.Last != (byte)',' : _text.Last is (byte)'\n' or (byte)'\r';
        return isWhole ? null : throw new FormatException("the file ends in the middle of a line: it is truncated");
    }

    public ValueTask DisposeAsync() => _csv.DisposeAsync();

    private async ValueTask<bool> ReadColumnsAsync(CancellationToken cancellationToken)
    {
        do
        {
            if (!await ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }
        while (_csv.FieldCount == 1 && _csv.GetSpan(0).StartsWith("#TYPE "u8));

        var columns = new string[_csv.FieldCount];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = TreeText.String($"column {i + 1}", _csv.GetSpan(i));
        }

        CheckColumns(columns);
        _columns = columns;
        return true;
    }

    private static void CheckColumns(string[] columns)
    {
        foreach (var column in columns)
        {
            TreeFields.Check(column);
        }

        if (columns.Distinct(StringComparer.OrdinalIgnoreCase).Count() < columns.Length)
        {
            throw new FormatException($"its column names must be unique; they are {string.Join(", ", columns)}");
        }

        if (!Has(nameof(TreeRecord.Key)) || !Has(nameof(TreeRecord.Value)))
        {
            throw new FormatException($"its columns are {string.Join(", ", columns)}; {nameof(TreeRecord.Key)} and {nameof(TreeRecord.Value)} are required");
        }

        bool Has(string name) => columns.Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var isThere = await _csv.ReadAsync(cancellationToken).ConfigureAwait(false);
            return _malformed is null ? isThere : throw new FormatException(Describe(_malformed.Value));
        }
        catch (CsvFormatException e)
        {
            // The only remaining error of the library is the length.
            throw new FormatException($"{(_largestValue is { } limit ? TreeRecord.ValueTooLarge(limit).Message : "it is longer than can be read at once")}, or a quote is missing", e);
        }
    }

    private TreeRecord Record()
    {
        if (_csv.FieldCount != _columns!.Length)
        {
            throw new FormatException($"it has {_csv.FieldCount} fields, but the file has {_columns.Length} columns. The file may be truncated");
        }

        string? key = null;
        byte[]? value = null;
        string? encoding = null;
        byte[]? bytes = null;
        var hasBytes = false;
        var hasRevision = false;
        for (var i = 0; i < _columns.Length; i++)
        {
            switch (_columns[i].ToUpperInvariant())
            {
                case "KEY":
                    key = TreeText.String(nameof(TreeRecord.Key), _csv.GetSpan(i));
                    break;
                case "VALUE":
                    value = TreeText.Bytes(nameof(TreeRecord.Value), _csv.GetSpan(i));
                    break;
                case "ENCODING":
                    encoding = TreeText.String(nameof(TreeRecord.Encoding), _csv.GetSpan(i));
                    break;
                case "BYTES":
                    bytes = PairBytes.OfColumn(TreeText.String(PairBytes.Field, _csv.GetSpan(i)));
                    hasBytes = true;
                    break;
                case "REVISION":
                    hasRevision = true;
                    break;
                case "KEYONLY" when _csv.GetSpan(i).SequenceEqual("True"u8):
                    throw TreeText.KeyOnly();
            }
        }

        // A pair that Export-Csv wrote: a key that is not text has lost bytes in the file.
        if (hasBytes || hasRevision)
        {
            TreeText.CheckComplete(nameof(TreeRecord.Key), Encoding.UTF8.GetBytes(key ?? ""));
        }

        if (hasBytes && bytes is null)
        {
            TreeText.CheckComplete(nameof(TreeRecord.Value), value);
        }

        return bytes is null ? new(key, value, encoding) : new(key, PairBytes.Checked(bytes, value), TreeRecord.Text);
    }

    private static string Describe(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.UnterminatedQuote => "it ends inside quotes. The file is truncated, or a quote is missing",
        CsvMalformedReason.TextAfterClosingQuote => "text follows the quotes of a field. Write a quote inside quotes twice",
        CsvMalformedReason.StrayQuote => "an unquoted field contains a quote. Put the field in quotes, and write each quote inside it twice",
        _ => $"it is not valid CSV ({reason})",
    };

    /// <summary>The text of the file, with its last byte remembered.</summary>
    private sealed class EndOfText(Stream text) : ReadOnlyStream
    {
        public byte Last { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await text.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            Last = count > 0 ? buffer.Span[count - 1] : Last;
            return count;
        }
    }
}
