using System.Runtime.CompilerServices;
using CsvHelper;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>CSV as RFC 4180 has it, all fields in quotes, as Export-Csv writes it. Blanks around a field without quotes do not count, as with Import-Csv.</summary>
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
        // Not disposed: that would write what it holds to a file that is given up.
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
