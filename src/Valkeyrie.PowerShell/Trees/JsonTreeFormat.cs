using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>JSON: an array of objects, each on a line of its own, so that tools which compare lines show what has changed.</summary>
internal sealed class JsonTreeFormat : ITreeFormat
{
    // Letters of all scripts stay readable; the file is no part of a web page.
    private static readonly JavaScriptEncoder Escaping = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public ITreeWriter Begin(Stream stream) => new Writer(stream);

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

    private sealed class Writer(Stream stream) : ITreeWriter
    {
        private const int WrittenAtOnce = 64 * 1024;

        private readonly ArrayBufferWriter<byte> _buffer = new(2 * WrittenAtOnce);
        private bool _hasWritten;

        public void Write(TreeRecord record)
        {
            _buffer.Write(_hasWritten ? ",\n{\"Key\":\""u8 : "[\n{\"Key\":\""u8);
            _hasWritten = true;
            WriteText(Encoding.UTF8.GetBytes(record.Key!));
            _buffer.Write("\",\"Value\":\""u8);
            WriteText(record.Value);
            _buffer.Write("\",\"Encoding\":\""u8);
            WriteText(Encoding.UTF8.GetBytes(record.Encoding!));
            _buffer.Write("\"}"u8);
        }

        public void End()
        {
            _buffer.Write(_hasWritten ? "\n]\n"u8 : "[]\n"u8);
            PassOn();
            stream.Flush();
        }

        // In pieces: Utf8JsonWriter takes no text above 166 MB, and would hold all of it.
        private void WriteText(ReadOnlySpan<byte> text)
        {
            while (!text.IsEmpty)
            {
                Escaping.EncodeUtf8(text, _buffer.GetSpan(WrittenAtOnce), out var read, out var written);
                _buffer.Advance(written);
                text = text[read..];
                if (_buffer.WrittenCount >= WrittenAtOnce)
                {
                    PassOn();
                }
            }
        }

        private void PassOn()
        {
            stream.Write(_buffer.WrittenSpan);
            _buffer.ResetWrittenCount();
        }
    }
}
