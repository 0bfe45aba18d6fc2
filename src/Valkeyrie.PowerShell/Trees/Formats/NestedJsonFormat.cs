using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>A configuration in JSON. The value of a number is its digits as written; the value of a string is its text.</summary>
/// <param name="typed">True to write numbers, true and false as such.</param>
internal sealed class NestedJsonFormat(bool typed) : IWritableTreeFormat
{
    public ITreeWriter Begin(Stream stream) => new TreeNesting(new Writer(new TextOutput(stream)), typed);

    public async IAsyncEnumerable<TreeRecord> ReadAsync(Stream text, long? largestValue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tokens = new JsonTokens(text, largestValue);
        var records = new NestedRecords();
        while (await tokens.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            Take(tokens, records);
            while (records.TryTake(out var record))
            {
                yield return record;
            }
        }
    }

    private static void Take(JsonTokens tokens, NestedRecords records)
    {
        var place = tokens.Place;
        switch (tokens.Type)
        {
            case JsonTokenType.PropertyName:
                records.Name(tokens.Text, place);
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                records.Begin(isList: tokens.Type == JsonTokenType.StartArray, place);
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                records.End(place);
                break;
            case JsonTokenType.Null:
                records.Null(place);
                break;
            default:
                records.Value(tokens.Bytes.ToArray(), place);
                break;
        }
    }

    private sealed class Writer(TextOutput output) : INestedWriter
    {
        private int _depth;
        private bool _hasElement;

        public void BeginObject(string? name) => Begin(name, "{"u8);

        public void EndObject() => Close("}"u8);

        public void BeginList(string? name, int count) => Begin(name, "["u8);

        public void EndList() => Close("]"u8);

        public void Value(string? name, NestedValue value)
        {
            BeginElement(name);
            switch (value.Kind)
            {
                case NestedKind.Text:
                    output.WriteJson(value.Bytes);
                    break;
                case NestedKind.Literal:
                    output.Write(value.Bytes);
                    break;
                default:
                    output.Write("{ \"$base64\": \""u8);
                    output.WriteBase64(value.Bytes);
                    output.Write("\" }"u8);
                    break;
            }

            _hasElement = true;
        }

        public void End()
        {
            output.Write("\n"u8);
            output.Flush();
        }

        private void Begin(string? name, ReadOnlySpan<byte> bracket)
        {
            if (_depth > 0)
            {
                BeginElement(name);
            }

            output.Write(bracket);
            _depth++;
            _hasElement = false;
        }

        private void Close(ReadOnlySpan<byte> bracket)
        {
            _depth--;
            if (_hasElement)
            {
                NewLine();
            }

            output.Write(bracket);
            _hasElement = true;
        }

        private void BeginElement(string? name)
        {
            if (_hasElement)
            {
                output.Write(","u8);
            }

            NewLine();
            if (name is not null)
            {
                output.WriteJson(name);
                output.Write(": "u8);
            }
        }

        private void NewLine() => output.NewLine(2 * _depth);
    }
}
