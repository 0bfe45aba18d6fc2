using System.Text.Json;
using Valkeyrie.Engine.Http;

namespace Valkeyrie.Consul.Calls;

/// <summary>Parses an answer that is a list of names: keys or session numbers.</summary>
internal sealed class NameParser : IReplyParser
{
    private JsonReaderState _state;
    private bool _complete;

    /// <summary>The names so far, in the order of the answer. The reader removes them.</summary>
    public List<string> Names { get; } = [];

    public int Read(ReadOnlySpan<byte> bytes, bool final)
    {
        var reader = new Utf8JsonReader(bytes, final, _state);
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartArray when reader.CurrentDepth == 0:
                        break;
                    case JsonTokenType.EndArray:
                        _complete = true;
                        break;
                    case JsonTokenType.String when reader.CurrentDepth == 1:
                        Names.Add(reader.GetString()!);
                        break;
                    default:
                        throw new FormatException("The reply is not a list of names.");
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new ReplyException("its reply is not a list of keys.", e);
        }

        if (final && !_complete)
        {
            throw new ReplyException("its reply is truncated.");
        }

        _state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }
}
