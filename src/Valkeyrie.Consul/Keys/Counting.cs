namespace Valkeyrie.Consul.Keys;

internal static class Counting
{
    /// <summary>How many there are.</summary>
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
