namespace Valkeyrie.Engine;

/// <summary>Joins an entry from its two halves, the key and the directory of one name. They are read separately and have separate permissions: a permission for
/// the keys below <c>app/</c> does not include the key <c>app</c>, and vice versa.</summary>
public static class EntryHalves
{
    /// <summary>Joins the results of the two reads. A half that the user may not read counts as absent; the call is refused only if the user may read
    /// neither.</summary>
    /// <param name="path">The path of both halves.</param>
    /// <param name="pair">Reads the key; null for a path that cannot be a key.</param>
    /// <param name="directory">Checks whether keys lie in the directory.</param>
    /// <exception cref="KvPermissionDeniedException">The user may read neither half.</exception>
    public static async ValueTask<KvEntry?> JoinAsync(string path, Task<KvPair?>? pair, Task<bool> directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        Task[] halves = pair is null ? [directory] : [pair, directory];
        await Task.WhenAll(halves).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Array.TrueForAll(halves, IsDenied))
        {
            await halves[0].ConfigureAwait(false);
        }

        var found = pair is null || IsDenied(pair) ? null : await pair.ConfigureAwait(false);
        var isDirectory = !IsDenied(directory) && await directory.ConfigureAwait(false);
        return found is null && !isDirectory ? null : new KvEntry(path, found, isDirectory);
    }

    private static bool IsDenied(Task half) => half.Exception?.InnerException is KvPermissionDeniedException;
}
