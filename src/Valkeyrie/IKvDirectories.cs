namespace Valkeyrie;

/// <summary>One name in a directory: a key, a directory, or both if directories are only beginnings of keys.</summary>
/// <param name="Path">The path: the key, and the directory without its last slash.</param>
/// <param name="Pair">The pair of the key; null if no such key exists.</param>
/// <param name="IsDirectory">True if the path is a directory.</param>
public sealed record KvEntry(string Path, KvPair? Pair, bool IsDirectory)
{
    /// <summary>The last part of the path. Empty for a key that ends with a slash, and for the directory of the keys that start with a slash.</summary>
    public string Name => Path[(Path.LastIndexOf(KeyRules.Separator) + 1)..];
}

/// <summary>Options of a listing of entries.</summary>
public sealed record KvEntryOptions
{
    /// <summary>True to omit the values (<see cref="KvPair.KeyOnly"/>). Default: false.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>The number of levels to list below the directory's own entries, from 0. Default: 0, only the directory's own entries.</summary>
    public int Depth { get; init; }

    /// <summary>The beginning of the names of the directory's own entries, compared without regard to case. Default: empty, all entries. If the store can, it
    /// reads only such keys. With <see cref="Depth"/> the listing also contains the entries below them.</summary>
    public string NamePrefix { get; init; } = "";
}

/// <summary>The capability to list a directory one level at a time, without reading the levels below. All stores of this library have it.</summary>
public interface IKvDirectories
{
    /// <summary>Reads the entry at a path.</summary>
    /// <param name="path">The path. For a directory, omit the slash at the end. Empty: the directory of the keys that start with a slash.</param>
    /// <param name="options">Whether to read the value; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The entry; null if neither a key nor a directory exists. A directory that contains only lock keys does not count.</returns>
    /// <remarks>If the user may read only the key or only the directory, the entry shows that half, and the other half counts as absent.</remarks>
    /// <exception cref="KvPermissionDeniedException">The user may read neither the key nor the directory.</exception>
    ValueTask<KvEntry?> TryGetEntryAsync(string path, KvEntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Streams the entries of a directory, at one revision if the store keeps older revisions.</summary>
    /// <remarks>The order is that of the paths with a slash appended; each entry precedes the entries below it. (Whether <c>app</c> is also a directory is
    /// known only after <c>app-1</c>.) Lock keys are omitted.
    /// <para>A user who may not read the whole directory, but may read all keys that start with <see cref="KvEntryOptions.NamePrefix"/> exactly as specified,
    /// gets those.</para></remarks>
    /// <param name="directory">The directory, or all keys; not a prefix or a single key.</param>
    /// <param name="options">Depth, names and values; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>The entries; none if the directory is empty or missing.</returns>
    IAsyncEnumerable<KvEntry> ListEntriesAsync(KvRange directory, KvEntryOptions? options = null, CancellationToken cancellationToken = default);
}
