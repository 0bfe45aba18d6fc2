using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Reads the output of <c>consul kv export</c> and of Consul's /v1/kv/KEY?recurse: an array of objects with key, flags and value, the value in Base64.
/// Flags are ignored, because no other store has them.</summary>
internal sealed class ConsulJsonFormat : ITreeFormat
{
    /// <summary>The field that only these records have.</summary>
    public const string Mark = "flags";

    private static readonly HashSet<string> Ignored = new(
        [Mark, "LockIndex", "CreateIndex", "ModifyIndex", "Session", "Namespace", "Partition"], StringComparer.OrdinalIgnoreCase);

    public async IAsyncEnumerable<TreeRecord> ReadAsync(Stream text, long? largestValue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tokens = new JsonTokens(text, largestValue);
        await tokens.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (tokens.Type != JsonTokenType.StartArray)
        {
            throw tokens.Error("a dump of Consul must be an array of objects with key, flags and value");
        }

        while (await tokens.ReadAsync(cancellationToken).ConfigureAwait(false) && tokens.Type != JsonTokenType.EndArray)
        {
            yield return await RecordAsync(tokens, cancellationToken).ConfigureAwait(false);
        }

        await tokens.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<TreeRecord> RecordAsync(JsonTokens tokens, CancellationToken cancellationToken)
    {
        var place = tokens.Place;
        if (tokens.Type != JsonTokenType.StartObject)
        {
            throw tokens.Error("a pair of Consul must be an object with key, flags and value");
        }

        string? key = null;
        byte[]? value = null;
        var hasMark = false;
        while (await tokens.ReadAsync(cancellationToken).ConfigureAwait(false) && tokens.Type == JsonTokenType.PropertyName)
        {
            var name = tokens.Text;
            hasMark |= name.Equals(Mark, StringComparison.OrdinalIgnoreCase);
            await tokens.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (name.Equals("key", StringComparison.OrdinalIgnoreCase))
            {
                key = tokens.Type == JsonTokenType.String ? tokens.Text : throw tokens.Error("its key is not text");
            }
            else if (name.Equals("value", StringComparison.OrdinalIgnoreCase))
            {
                value = ValueIn(tokens);
            }
            else if (!Ignored.Contains(name) || !tokens.IsScalar)
            {
                throw tokens.Error($"a pair of Consul has no field '{name}'");
            }
        }

        var problem = (key, value, hasMark) switch
        {
            (null, _, _) => "it has no key",
            (_, null, _) => "it has no value",
            (_, _, false) => "it has no flags, so it is not a pair of Consul",
            _ => null,
        };
        return problem is null ? new(key, value, TreeRecord.Text) { Place = place } : throw new TreeFormatException(place, problem);
    }

    // The API writes null for an empty value.
    private static byte[] ValueIn(JsonTokens tokens)
    {
        try
        {
            return tokens.Type switch
            {
                JsonTokenType.Null => [],
                JsonTokenType.String => TreeRecord.FromBase64(tokens.Bytes.ToArray(), "value"),
                _ => throw new FormatException("its value is not Base64 text"),
            };
        }
        catch (FormatException e)
        {
            throw new TreeFormatException(tokens.Place, e.Message, e);
        }
    }
}
