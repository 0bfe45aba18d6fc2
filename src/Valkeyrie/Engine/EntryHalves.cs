namespace Valkeyrie.Engine;

/// <summary>Makes an entry of its two halves, the key and the directory of one name, which are read apart and may be readable apart: a right to
/// <c>app/</c> and all below is none to the key <c>app</c>, and the other way round.</summary>
public static class EntryHalves
{
    /// <summary>Joins what comes of the two readings. A half that the user may not read counts as absent; only a user who may read neither is refused.</summary>
    /// <param name="path">The path that both are called by.</param>
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
