using System.Collections;
using System.Runtime.CompilerServices;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>Queries the store for a completion. A late result is useless here, so everything that the store does not answer immediately is omitted.</summary>
internal static class CompletionStore
{
    /// <summary>How long to wait for a store. Tests change it, to be independent of the clock.</summary>
    internal static TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets the store of the typed command; null if it has no open store.</summary>
    /// <param name="boundParameters">The arguments typed so far.</param>
    public static IKvStore? Find(IDictionary boundParameters)
    {
        var named = boundParameters["Store"];
        return named is null ? OpenStores.Current?.Store : StoreArgument.TryResolve(named, out var found, out _) ? found : null;
    }

    /// <summary>Reads the part of a stream that arrives in time.</summary>
    /// <param name="open">Opens the stream.</param>
    /// <param name="isMeant">Decides which items count; the others are omitted.</param>
    /// <param name="most">The maximum number of items.</param>
    /// <param name="ifDenied">Opens another stream if the user may not read the first one; null for none.</param>
    public static IReadOnlyList<T> ReadAtOnce<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> open, Func<T, bool> isMeant, int most, Func<CancellationToken, IAsyncEnumerable<T>>? ifDenied = null)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var items = new List<T>();
        var reading = Task.Run(async () =>
        {
            if (await IsDeniedAsync(ReadAsync(open(timeout.Token), isMeant, most, items)).ConfigureAwait(false) && ifDenied is not null)
            {
                await IsDeniedAsync(ReadAsync(ifDenied(timeout.Token), isMeant, most, items)).ConfigureAwait(false);
            }
        });
        return reading.Wait(Patience * 2) ? items : [];
    }

    /// <summary>Reads a list up to a maximum number of items, if it arrives in time.</summary>
    /// <param name="list">Requests the list.</param>
    /// <param name="isMeant">Decides which items count; the others are omitted.</param>
    /// <param name="most">The maximum number of items.</param>
    public static IReadOnlyList<T> ReadAtOnce<T>(Func<CancellationToken, ValueTask<IReadOnlyList<T>>> list, Func<T, bool> isMeant, int most)
    {
        return ReadAtOnce(StreamAsync, isMeant, most);

        async IAsyncEnumerable<T> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            foreach (var item in await list(cancellationToken).ConfigureAwait(false))
            {
                yield return item;
            }
        }
    }

    private static async Task<bool> IsDeniedAsync(Task reading)
    {
        try
        {
            await reading.ConfigureAwait(false);
            return false;
        }
        catch (KvPermissionDeniedException)
        {
            return true;
        }
    }

    private static async Task ReadAsync<T>(IAsyncEnumerable<T> stream, Func<T, bool> isMeant, int most, List<T> items)
    {
        try
        {
            await foreach (var item in stream.ConfigureAwait(false))
            {
                if (!isMeant(item))
                {
                    continue;
                }

                items.Add(item);
                if (items.Count == most)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is (KvException and not KvPermissionDeniedException) or OperationCanceledException)
        {
            // The items that have arrived are completed; an error cannot be reported anywhere.
        }
    }
}
