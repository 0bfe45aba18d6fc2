namespace Valkeyrie.Consul.Keys;

internal static class Counting
{
    /// <summary>Counts the items of a stream.</summary>
    public static async ValueTask<long> CountAsync<T>(this IAsyncEnumerable<T> items, CancellationToken cancellationToken)
    {
        var count = 0L;
        await foreach (var _ in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }
}
