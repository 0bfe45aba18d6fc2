namespace Valkeyrie;

/// <summary>The kinds of <see cref="KvRange"/>.</summary>
public enum KvRangeKind
{
    /// <summary>One key.</summary>
    Key,

    /// <summary>All keys that start with the text and a slash.</summary>
    Directory,

    /// <summary>All keys that start with the text, regardless of the next character.</summary>
    Prefix,

    /// <summary>All keys of the store.</summary>
    All,
}

/// <summary>The keys of a call: one key, a directory, a raw prefix, or all keys. A string converts to a directory.</summary>
/// <remarks>The directory <c>app</c> means the keys that start with <c>app/</c>, never <c>application/x</c>. One slash at the end of a directory's name is
/// ignored: <c>app/</c> is <c>app</c>. The directory <c>/</c> means the keys that start with a slash.</remarks>
public sealed class KvRange
{
    private KvRange(KvRangeKind kind, string text)
    {
        Kind = kind;
        Text = text;
    }

    /// <summary>All keys of the store, or of its namespace if it has one.</summary>
    public static KvRange All { get; } = new(KvRangeKind.All, "");

    /// <summary>The kind.</summary>
    public KvRangeKind Kind { get; }

    /// <summary>The key, the directory without its last slash, or the prefix; empty for all keys.</summary>
    public string Text { get; }

    /// <summary>The common beginning of the keys in the range.</summary>
    public string Start => Kind == KvRangeKind.Directory ? Text + KeyRules.Separator : Text;

    /// <summary>Creates the range of the keys in a directory.</summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="KvInvalidArgumentException">The path is empty or breaks a rule of <see cref="KeyRules"/>.</exception>
    public static KvRange Directory(string path)
    {
        KeyRules.Check(path, "directory");
        return new(KvRangeKind.Directory, path[^1] == KeyRules.Separator ? path[..^1] : path);
    }

    /// <summary>Creates the range of the keys below an entry of a directory (<see cref="KvEntry.Path"/>).</summary>
    /// <param name="path">The entry's path, unchanged: a slash at its end is part of it. Empty for the keys that start with a slash.</param>
    /// <exception cref="KvInvalidArgumentException">The path breaks a rule of <see cref="KeyRules"/>.</exception>
    public static KvRange Below(string path) => Directory(path + KeyRules.Separator);

    /// <summary>Creates the range of the keys that start with a text.</summary>
    /// <param name="prefix">The text.</param>
    /// <exception cref="KvInvalidArgumentException">The prefix is empty or breaks a rule of <see cref="KeyRules"/>.</exception>
    public static KvRange Prefix(string prefix)
    {
        KeyRules.Check(prefix, "prefix");
        return new(KvRangeKind.Prefix, prefix);
    }

    /// <summary>Creates the range of one key.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="KvInvalidArgumentException">The key breaks a rule of <see cref="KeyRules"/>.</exception>
    public static KvRange Key(string key)
    {
        KeyRules.Check(key);
        return new(KvRangeKind.Key, key);
    }

    /// <summary>Converts a path to the range of a directory; see <see cref="Directory"/>.</summary>
    /// <param name="directory">The path.</param>
#pragma warning disable CA2225 // the named alternate is Directory: it states the meaning of the text
    public static implicit operator KvRange(string directory) => Directory(directory);
#pragma warning restore CA2225

    /// <summary>Checks whether a key is in the range, by the bytes of both.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="KvInvalidArgumentException">The key is not valid text, and the range is a prefix that ends inside a character.</exception>
    public bool Contains(string key) => Kind switch
    {
        KvRangeKind.Key => key == Text,
        KvRangeKind.Directory => key.Length > Text.Length && key[Text.Length] == KeyRules.Separator && key.StartsWith(Text, StringComparison.Ordinal),

        // The last bytes of the prefix may be the beginning of a character in the key.
        KvRangeKind.Prefix when char.IsLowSurrogate(Text[^1]) => KeyText.Encode(key).AsSpan().StartsWith(KeyText.Encode(Text)),
        _ => key.StartsWith(Text, StringComparison.Ordinal),
    };

    /// <summary>The range in words, for messages.</summary>
    public override string ToString() => Kind switch
    {
        KvRangeKind.All => "all keys",
        KvRangeKind.Prefix => $"prefix '{Text}'",
        KvRangeKind.Directory => $"directory '{(Text.Length == 0 ? "/" : Text)}'",
        _ => $"key '{Text}'",
    };
}
