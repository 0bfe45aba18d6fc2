namespace Valkeyrie.PowerShell.Trees;

/// <summary>Where the keys of a file are to lie: what is right in one place may not be in another.</summary>
/// <param name="Root">What goes before each key.</param>
/// <param name="LargestValue">The most bytes that a value can have there; null where there is no limit, or none is known.</param>
internal sealed record TreePlace(string Root, long? LargestValue)
{
    // A limit that follows a server's setting is known by its default alone: a file within many times of it is left to the server to refuse. What is refused
    // here would need a multiple of its size in memory before the server could say no.
    private const int MostAboveDefault = 64;

    /// <summary>A place in which any key will do: a tree that is looked at, and written nowhere.</summary>
    public static TreePlace Anywhere { get; } = new("/", null);

    /// <summary>A range of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The range.</param>
    public static TreePlace In(IKvStore store, KvRange range)
    {
        // A store of the user's own, from a language without nullable types, may promise nothing at all.
        KvPromises? promises = store.Info.Promises;
        return new(range.Start, promises?.LargestValueSetting is null ? promises?.LargestValue : MostAboveDefault * promises.LargestValue);
    }

    /// <summary>Refuses a key that cannot lie there.</summary>
    /// <param name="key">The key, relative to the tree.</param>
    /// <exception cref="FormatException">It cannot.</exception>
    public void Check(string key)
    {
        if (Root.Length + key.Length == 0)
        {
            throw new FormatException("its Key is empty. An empty key is the directory's name with a slash: import the file into a directory, not as whole keys");
        }

        try
        {
            KeyRules.Check(Root + key);
        }
        catch (KvInvalidArgumentException e)
        {
            throw new FormatException(e.Message.TrimEnd('.'), e);
        }
    }
}
