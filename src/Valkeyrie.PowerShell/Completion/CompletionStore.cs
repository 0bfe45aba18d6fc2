using System.Collections;
using System.Runtime.CompilerServices;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>The store that a completion asks. It says nothing rather than something late: what the store does not answer at once is left out.</summary>
internal static class CompletionStore
{
    /// <summary>How long a store is waited for. Tests, which are to depend on no clock, change it.</summary>
    internal static TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The store of the command that is being typed; null if it has none that is open.</summary>
    /// <param name="boundParameters">What has been typed so far.</param>
    public static IKvStore? Find(IDictionary boundParameters)
    {
        var named = boundParameters["Store"];
        return named is null ? OpenStores.Current?.Store : StoreArgument.TryResolve(named, out var found, out _) ? found : null;
    }

    /// <summary>As much of a stream as comes at once.</summary>
    /// <param name="open">Opens the stream.</param>
    /// <param name="isMeant">Tells which items count; the others are left out.</param>
    /// <param name="most">The most items.</param>
    /// <param name="ifDenied">Opens the stream for a user who may not read the first one; null for none.</param>
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

    /// <summary>As much of a list as the limit allows, if it comes at once.</summary>
    /// <param name="list">Asks for the list.</param>
    /// <param name="isMeant">Tells which items count; the others are left out.</param>
    /// <param name="most">The most items.</param>
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
            // What has come by now is completed; there is nobody to tell about the rest.
        }
    }
}
