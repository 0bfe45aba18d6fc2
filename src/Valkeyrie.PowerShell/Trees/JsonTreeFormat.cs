using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>JSON: an array of objects, each on a line of its own, so that tools which compare lines show what has changed.</summary>
internal sealed class JsonTreeFormat : ITreeFormat
{
    // The relaxed escaping leaves letters of all scripts readable; the file is no part of a web page.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Reading = new()
    {
        PropertyNameCaseInsensitive = true,
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    public ITreeWriter Begin(Stream stream) => new Writer(stream);

    public async IAsyncEnumerable<TreeRecord> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var items = JsonSerializer.DeserializeAsyncEnumerable<Item?>(stream, Reading, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = items.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (JsonException e)
            {
                throw new FormatException(
                    $"it is not JSON of a tree, which is an array of objects with a Key and a Value ({(e.LineNumber is { } line ? $"line {line + 1}" : e.Message)})", e);
            }

            var item = items.Current;
            yield return new TreeRecord(item?.Key, item is null ? null : TextOf(item.Value), item?.Encoding);
        }
    }

    // A file that was written by hand may hold numbers and the like: they are taken for what Set-KvValue would store.
    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    /// <summary>An object of the array.</summary>
    internal sealed class Item
    {
        public string? Key { get; set; }

        public JsonElement Value { get; set; }

        public string? Encoding { get; set; }
    }

    private sealed class Writer(Stream stream) : ITreeWriter
    {
        private readonly ArrayBufferWriter<byte> _buffer = new();
        private bool _hasWritten;

        public void Write(TreeRecord record)
        {
            stream.Write(_hasWritten ? ",\n"u8 : "[\n"u8);
            _hasWritten = true;
            using (var json = new Utf8JsonWriter(_buffer, Writing))
            {
                json.WriteStartObject();
                json.WriteString(nameof(TreeRecord.Key), record.Key);
                json.WriteString(nameof(TreeRecord.Value), record.Value);
                json.WriteString(nameof(TreeRecord.Encoding), record.Encoding);
                json.WriteEndObject();
            }

            stream.Write(_buffer.WrittenSpan);
            _buffer.ResetWrittenCount();
        }

        public void End() => stream.Write(_hasWritten ? "\n]\n"u8 : "[]\n"u8);
    }
}
