using System.Text.Json;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Determines the format of a JSON file from the fields of its first object. A file that matches two formats is refused.</summary>
internal static class JsonShape
{
    // More than any record or dump has.
    private const int MostNames = 32;

    // Every reply of etcd identifies its cluster.
    private const string ClusterId = "header.cluster_id";

    /// <summary>Gets the format of a file.</summary>
    /// <param name="text">The file, as UTF-8 without a byte order mark. Only the necessary part is read.</param>
    /// <param name="largestValue">The maximum size of a value in bytes; null for no limit.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FormatException">The file matches two formats, or is not JSON.</exception>
    public static async Task<KvTreeFormat> OfAsync(Stream text, long? largestValue, CancellationToken cancellationToken)
    {
        var tokens = new JsonTokens(text, largestValue, severalValues: true);
        await tokens.ReadAsync(cancellationToken).ConfigureAwait(false);
        switch (tokens.Type)
        {
            case JsonTokenType.StartArray:
                await tokens.ReadAsync(cancellationToken).ConfigureAwait(false);
                var isDump = tokens.Type == JsonTokenType.StartObject && (await NamesAsync(tokens, cancellationToken).ConfigureAwait(false)).ContainsKey(ConsulJsonFormat.Mark);
                return isDump ? KvTreeFormat.ConsulJson : KvTreeFormat.Json;
            case JsonTokenType.StartObject:
                var names = await NamesAsync(tokens, cancellationToken).ConfigureAwait(false);
                var isWhole = tokens.Type == JsonTokenType.EndObject && tokens.Depth == 0;
                return OfObject(names, hasNext: isWhole && await tokens.ReadAsync(cancellationToken).ConfigureAwait(false));
            default:
                return KvTreeFormat.NestedJson;
        }
    }

    private static KvTreeFormat OfObject(Dictionary<string, JsonTokenType> names, bool hasNext)
    {
        if (names.ContainsKey(nameof(KvPair.Key)) && names.ContainsKey(nameof(KvPair.Value)) && names.Keys.All(TreeFields.IsKnown))
        {
            // A pair has a revision, which no configuration needs next to a key and a value.
            return hasNext || names.GetValueOrDefault(nameof(KvPair.Revision)) == JsonTokenType.Number
                ? KvTreeFormat.Json
                : throw Ambiguous("one pair", KvTreeFormat.Json, "Key and Value");
        }

        if (names.ContainsKey(ClusterId) && names.Keys.All(name => name == ClusterId || EtcdJsonFormat.Fields.Contains(name)))
        {
            return KvTreeFormat.EtcdJson;
        }

        return names.ContainsKey("kvs") && names.Keys.All(EtcdJsonFormat.Fields.Contains)
            ? throw Ambiguous("a reply of etcd", KvTreeFormat.EtcdJson, string.Join(", ", names.Keys))
            : KvTreeFormat.NestedJson;
    }

    // The names in the object, and the kind of each value. The names of records are compared without regard to case.
    private static async Task<Dictionary<string, JsonTokenType>> NamesAsync(JsonTokens tokens, CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, JsonTokenType>(StringComparer.OrdinalIgnoreCase);
        while (names.Count < MostNames && await tokens.ReadAsync(cancellationToken).ConfigureAwait(false) && tokens.Type == JsonTokenType.PropertyName)
        {
            var name = tokens.Text;
            await tokens.ReadAsync(cancellationToken).ConfigureAwait(false);
            names[name] = tokens.Type;
            if (name == "header" && tokens.Type == JsonTokenType.StartObject && (await NamesAsync(tokens, cancellationToken).ConfigureAwait(false)).ContainsKey("cluster_id"))
            {
                names[ClusterId] = JsonTokenType.Number;
            }
            else
            {
                await tokens.SkipAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        return names;
    }

    private static FormatException Ambiguous(string what, KvTreeFormat format, string names) => new(
        $"it matches two formats, {what} and a configuration with the names {names}. Specify -Format {format}, or -Format {KvTreeFormat.NestedJson}");
}
