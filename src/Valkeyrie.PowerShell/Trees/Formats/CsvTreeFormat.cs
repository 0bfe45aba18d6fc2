using System.Runtime.CompilerServices;
using CsvHelper;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>CSV as in RFC 4180 with all fields in quotes, like Export-Csv. Blanks around an unquoted field are ignored, as by Import-Csv.</summary>
internal sealed class CsvTreeFormat : IWritableTreeFormat
{
    public ITreeWriter Begin(Stream stream) => new Writer(stream);

    public async IAsyncEnumerable<TreeRecord> ReadAsync(Stream text, long? largestValue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var records = new CsvRecords(text, largestValue);
        await using var _ = records.ConfigureAwait(false);
        while (await records.NextAsync(cancellationToken).ConfigureAwait(false) is { } record)
        {
            yield return record;
        }
    }

    private sealed class Writer : ITreeWriter
    {
        // Not disposed: that would write its buffer to an abandoned file.
        private readonly CsvWriter _csv;

        public Writer(Stream stream)
        {
            _csv = CsvWriter.Create(stream, new CsvWriterOptions { Quoting = CsvQuoting.Always, NewLine = "\n" }, leaveOpen: true);
            _csv.WriteRecord(nameof(TreeRecord.Key), nameof(TreeRecord.Value), nameof(TreeRecord.Encoding));
        }

        public void Write(string key, byte[] value)
        {
            var record = TreeRecord.From(key, value);
            _csv.WriteField(record.Key);
            _csv.WriteField(record.Value.AsSpan());
            _csv.WriteField(record.Encoding);
            _csv.EndRecord();
        }

        public void End() => _csv.Flush();
    }
}
