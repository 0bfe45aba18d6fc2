using System.Text;

namespace Valkeyrie.Tests.Rigs;

/// <summary>Text values and whole listings, which many tests use.</summary>
internal static class StoreText
{
    public static ReadOnlyMemory<byte> Bytes(this string text) => Encoding.UTF8.GetBytes(text);

    public static ValueTask<KvPair> PutAsync(this IKvStore store, string key, string value, KvPutOptions? options = null) =>
        store.PutAsync(key, value.Bytes(), options);

    /// <summary>Writes an empty value at each key.</summary>
    public static async Task PutAllAsync(this IKvStore store, params IEnumerable<string> keys)
    {
        foreach (var key in keys)
        {
            await store.PutAsync(key, ReadOnlyMemory<byte>.Empty);
        }
    }

    public static async Task<List<KvPair>> ListAllAsync(this IKvStore store, KvRange range, KvListOptions? options = null)
    {
        var pairs = new List<KvPair>();
        await foreach (var pair in store.ListAsync(range, options))
        {
            pairs.Add(pair);
        }

        return pairs;
    }

    public static async Task<List<string>> KeysAsync(this IKvStore store, KvRange range, KvListOptions? options = null) =>
        [.. (await store.ListAllAsync(range, options)).Select(p => p.Key)];

    public static async Task<List<KvEntry>> EntriesAsync(this IKvDirectories directories, KvRange directory, KvEntryOptions? options = null)
    {
        var entries = new List<KvEntry>();
        await foreach (var entry in directories.ListEntriesAsync(directory, options))
        {
            entries.Add(entry);
        }

        return entries;
    }
}
