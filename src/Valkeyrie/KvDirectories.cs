namespace Valkeyrie;

/// <summary>Shows the directories of any store.</summary>
public static class KvDirectories
{
    /// <summary>The store's own way to show directories; where it has none, one that lists its keys.</summary>
    /// <param name="store">The store.</param>
    public static IKvDirectories Of(IKvStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store as IKvDirectories ?? new ListedDirectories(store);
    }

    /// <summary>The keys of a directory.</summary>
    /// <param name="path">Its path without the slash at its end; empty for that of the keys that begin with a slash.</param>
    /// <exception cref="KvInvalidArgumentException">The path breaks a rule of <see cref="KeyRules"/>.</exception>
    public static KvRange RangeOf(string path) => KvRange.Directory(path + KeyRules.Separator);
}
