using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Reads the output of <c>etcdctl get --prefix -w json</c> and of the gateway's /v3/kv/range: the reply to a range request, with keys and values in
/// Base64. It omits an empty value, and with --keys-only every value.</summary>
/// <param name="mayLackValues">True to read a dump without any value as one of empty values.</param>
internal sealed class EtcdJsonFormat(bool mayLackValues) : ITreeFormat
{
    /// <summary>The fields of the reply.</summary>
    public static readonly HashSet<string> Fields = new(["header", "kvs", "more", "count"], StringComparer.Ordinal);

    public async IAsyncEnumerable<TreeRecord> ReadAsync(Stream text, long? largestValue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tokens = new JsonTokens(text, largestValue);
        await tokens.ReadAsync(cancellationToken).ConfigureAwait(false);
        Expect(tokens, JsonTokenType.StartObject, "the reply of etcd must be an object with 'header' and 'kvs'");
        var pairs = 0L;
        var values = 0L;
        long? count = null;
        while (await tokens.ReadAsync(cancellationToken).ConfigureAwait(false) && tokens.Type == JsonTokenType.PropertyName)
        {
            var name = tokens.Text;
            if (!Fields.Contains(name))
            {
                throw tokens.Error($"etcd's reply has no field '{name}'");
            }

            await tokens.ReadAsync(cancellationToken).ConfigureAwait(false);
            switch (name)
            {
                case "kvs":
                    Expect(tokens, JsonTokenType.StartArray, "'kvs' must be an array");
                    while (await NextAsync(tokens, cancellationToken).ConfigureAwait(false) is { } pair)
                    {
                        pairs++;
                        values += pair.Value!.Length > 0 ? 1 : 0;
                        yield return pair;
                    }

                    break;
                case "more" when tokens.Type == JsonTokenType.True:
                    throw tokens.Error("the dump is incomplete: it was written with --limit, and etcd has more keys. Write it again without --limit");
                case "count":
                    count = long.TryParse(tokens.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw tokens.Error("'count' is not a number");
                    break;
                default:
                    await tokens.SkipAsync(cancellationToken).ConfigureAwait(false);
                    break;
            }
        }

        await tokens.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (count is { } all && all != pairs)
        {
            throw tokens.Error($"the dump is incomplete: it contains {pairs} of {all} pairs");
        }

        if (pairs > 0 && values == 0 && !mayLackValues)
        {
            throw tokens.Error($"no pair has a value, as with --keys-only. If all values are intended to be empty, specify -Format {KvTreeFormat.EtcdJson}");
        }
    }

    private static async ValueTask<TreeRecord?> NextAsync(JsonTokens tokens, CancellationToken cancellationToken)
    {
        await tokens.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (tokens.Type == JsonTokenType.EndArray)
        {
            return null;
        }

        Expect(tokens, JsonTokenType.StartObject, "a pair of etcd must be an object");
        var place = tokens.Place;
        string? key = null;
        byte[] value = [];
        while (await tokens.ReadAsync(cancellationToken).ConfigureAwait(false) && tokens.Type == JsonTokenType.PropertyName)
        {
            var name = tokens.Text;
            await tokens.ReadAsync(cancellationToken).ConfigureAwait(false);
            switch (name)
            {
                case "key":
                    key = KeyText.Decode(BytesIn(tokens, name));
                    break;
                case "value":
                    value = BytesIn(tokens, name);
                    break;
                case "create_revision" or "mod_revision" or "version" or "lease":
                    break;
                default:
                    throw tokens.Error($"a pair of etcd has no field '{name}'");
            }
        }

        return new(key ?? throw new TreeFormatException(place, "it has no key"), value, TreeRecord.Text) { Place = place };
    }

    private static byte[] BytesIn(JsonTokens tokens, string field)
    {
        Expect(tokens, JsonTokenType.String, $"its {field} is not Base64 text");
        try
        {
            return TreeRecord.FromBase64(tokens.Bytes.ToArray(), field);
        }
        catch (FormatException e)
        {
            throw new TreeFormatException(tokens.Place, e.Message, e);
        }
    }

    private static void Expect(JsonTokens tokens, JsonTokenType type, string otherwise)
    {
        if (tokens.Type != type)
        {
            throw tokens.Error(otherwise);
        }
    }
}
