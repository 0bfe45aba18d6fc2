using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>Treats a missing directory as an empty one.</summary>
internal static class MissingDirectory
{
    /// <summary>Returns the pairs of a listing, or none if it ends with <see cref="KvKeyNotFoundException"/>.</summary>
    /// <param name="listing">The listing.</param>
    /// <param name="missing">Called if the directory is missing; null for no callback.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public static async IAsyncEnumerable<KvPair> OrEmptyAsync(
        this IAsyncEnumerable<KvPair> listing, Action? missing, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var pairs = listing.GetAsyncEnumerator(cancellationToken);
        await using var _ = pairs.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await pairs.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (KvKeyNotFoundException)
            {
                missing?.Invoke();
                yield break;
            }

            yield return pairs.Current;
        }
    }
}
