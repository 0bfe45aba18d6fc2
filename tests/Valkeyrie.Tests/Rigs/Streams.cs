namespace Valkeyrie.Tests.Rigs;

/// <summary>Reads streams whole.</summary>
internal static class Streams
{
    public static async Task<List<T>> ToListAsync<T>(this IAsyncEnumerable<T> stream)
    {
        var items = new List<T>();
        await foreach (var item in stream)
        {
            items.Add(item);
        }

        return items;
    }
}
