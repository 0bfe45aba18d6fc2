namespace Valkeyrie.PowerShell.Trees;

/// <summary>The place of a file's keys in a store, which determines whether they are valid.</summary>
/// <param name="Root">The prefix of each key.</param>
/// <param name="LargestValue">The maximum size of a value there in bytes; null if there is no limit, or if it is unknown.</param>
internal sealed record TreePlace(string Root, long? LargestValue)
{
    // Only the default of a server's setting is known. A file of up to a multiple of it is left to the server to refuse. A file that is refused
    // here would need a multiple of its size in memory before the server could refuse it.
    private const int MostAboveDefault = 64;

    /// <summary>A place for any valid key: for a tree that is only read, and not written.</summary>
    public static TreePlace Anywhere { get; } = new("/", null);

    /// <summary>Gets the place of a range in a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The range.</param>
    public static TreePlace In(IKvStore store, KvRange range)
    {
        // A user's own store, written in a language without nullable types, can have no promises.
        KvPromises? promises = store.Info.Promises;
        return new(range.Start, promises?.LargestValueSetting is null ? promises?.LargestValue : MostAboveDefault * promises.LargestValue);
    }

    /// <summary>Refuses a key that is not valid there.</summary>
    /// <param name="key">The key, relative to the tree.</param>
    /// <exception cref="FormatException">The key is not valid there.</exception>
    public void Check(string key)
    {
        if (key.Length > 0 && IsPlain(key))
        {
            return;
        }

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

    // Without a character that KeyRules could refuse. Most keys are: they need no copy together with the root, which is part of a valid range.
    private static bool IsPlain(string key)
    {
        foreach (var c in key)
        {
            if (c == '\0' || char.IsSurrogate(c))
            {
                return false;
            }
        }

        return true;
    }
}
