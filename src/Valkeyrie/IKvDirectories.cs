namespace Valkeyrie;

/// <summary>What a path stands for: a value, a directory, or both at once where a store's directories are nothing but the beginnings of keys.</summary>
/// <param name="Path">The path: the key, and the directory without its last slash.</param>
/// <param name="Pair">The pair of that key; null if there is none.</param>
/// <param name="IsDirectory">True if it is a directory.</param>
public sealed record KvEntry(string Path, KvPair? Pair, bool IsDirectory)
{
    /// <summary>The last part of the path. Empty for a key that ends with a slash, and for the directory of the keys that begin with one.</summary>
    public string Name => Path[(Path.LastIndexOf(KeyRules.Separator) + 1)..];
}

/// <summary>Options of a listing of entries.</summary>
public sealed record KvEntryOptions
{
    /// <summary>True to leave the values out (<see cref="KvPair.KeyOnly"/>). Default: false.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>How many levels to go down below the directory's own entries; 0 (the default) for those alone.</summary>
    public int Depth { get; init; }

    /// <summary>What the names of the directory's own entries begin with, upper and lower case taken for the same; empty (the default) for all entries.
    /// Where the store can, only such keys are read. With <see cref="Depth"/> all that lies in those entries comes along.</summary>
    public string NamePrefix { get; init; } = "";
}

/// <summary>Stores that can show a directory one level at a time. All that come with this library can, without reading what lies deeper.</summary>
public interface IKvDirectories
{
    /// <summary>Tells what a path stands for.</summary>
    /// <param name="path">The path, without a slash at its end for a directory's sake. Empty: the directory of the keys that begin with a slash.</param>
    /// <param name="options">Whether the value is wanted; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The entry; null if there is neither a key nor a directory. A directory in which only locks lie is none.</returns>
    /// <remarks>A user who may read only the key or only the directory sees that half; the other one counts as absent.</remarks>
    /// <exception cref="KvPermissionDeniedException">The user may read neither.</exception>
    ValueTask<KvEntry?> TryGetEntryAsync(string path, KvEntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Streams the entries of a directory, at one revision where the store keeps them.</summary>
    /// <remarks>In the order of their paths with a slash at their end, each before what lies in it: whether <c>app</c> is a directory too is known
    /// once <c>app-1</c> has gone by. The side keys of locks are left out.
    /// <para>A user who may not read the whole directory, but all keys that begin with <see cref="KvEntryOptions.NamePrefix"/> as it is written, gets those.</para></remarks>
    /// <param name="directory">The directory, or all keys; not a prefix or a single key.</param>
    /// <param name="options">How deep, and whether with values; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>The entries; none where the directory is empty or missing.</returns>
    IAsyncEnumerable<KvEntry> ListEntriesAsync(KvRange directory, KvEntryOptions? options = null, CancellationToken cancellationToken = default);
}
