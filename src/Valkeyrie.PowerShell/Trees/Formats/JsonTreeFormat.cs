using System.Runtime.CompilerServices;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>JSON of records: an array of objects, each on a separate line, so tools that compare lines show the changes; or the lines only.</summary>
/// <param name="lines">True to write only the objects, one per line (JSON lines). Both forms can be read, and so can a single object.</param>
internal sealed class JsonTreeFormat(bool lines = false) : IWritableTreeFormat
{
    public ITreeWriter Begin(Stream stream) => new Writer(new TextOutput(stream), lines);

    public async IAsyncEnumerable<TreeRecord> ReadAsync(Stream text, long? largestValue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var records = new JsonRecords(largestValue);
        while (!records.HasEnded)
        {
            if (records.Next() is { } record)
            {
                yield return record;
            }
            else if (!records.HasEnded)
            {
                await records.FillAsync(text, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private sealed class Writer(TextOutput output, bool lines) : ITreeWriter
    {
        private bool _hasWritten;

        public void Write(string key, byte[] value)
        {
            var record = TreeRecord.From(key, value);
            output.Write((lines, _hasWritten) switch
            {
                (true, _) => "{\"Key\":"u8,
                (_, true) => ",\n{\"Key\":"u8,
                _ => "[\n{\"Key\":"u8,
            });
            _hasWritten = true;
            output.WriteJson(record.Key!);
            output.Write(",\"Value\":"u8);
            output.WriteJson(record.Value);
            output.Write(",\"Encoding\":"u8);
            output.WriteJson(record.Encoding!);
            output.Write(lines ? "}\n"u8 : "}"u8);
        }

        public void End()
        {
            // An empty file would be refused.
            if (!_hasWritten)
            {
                output.Write("[]\n"u8);
            }
            else if (!lines)
            {
                output.Write("\n]\n"u8);
            }

            output.Flush();
        }
    }
}
