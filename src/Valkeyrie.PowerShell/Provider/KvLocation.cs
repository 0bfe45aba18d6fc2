using Valkeyrie.Engine;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>A place in a store that a path leads to.</summary>
/// <param name="Drive">The drive.</param>
/// <param name="Store">Its store.</param>
/// <param name="Path">The provider's path.</param>
/// <param name="Key">The key, and the directory without its last slash. Of a root: what its directory is called.</param>
/// <param name="IsRoot">True for the root of the drive, which is always there and has no value.</param>
internal sealed record KvLocation(KvDriveInfo Drive, IKvStore Store, string Path, string Key, bool IsRoot)
{
    /// <summary>The directory with its last slash; empty for all keys.</summary>
    public string Start => IsRoot ? Drive.Directory : Key + KeyRules.Separator;

    /// <summary>The keys in the directory.</summary>
    public KvRange Range => Start.Length == 0 ? KvRange.All : KvRange.Directory(Start);

    /// <summary>The last part of the key.</summary>
    public string Name => Key[(Key.LastIndexOf(KeyRules.Separator) + 1)..];

    /// <summary>The store's directories.</summary>
    public IKvDirectories Directories => ListedDirectories.Of(Store);

    /// <summary>Where the path of a drive leads.</summary>
    public static KvLocation At(KvDriveInfo drive, IKvStore store, IReadOnlyList<string> names)
    {
        var path = names.Select(PathName.Canonical).Aggregate(drive.Root, DrivePath.Join);
        return names.Count == 0
            ? new(drive, store, path, drive.Directory.Length == 0 ? "" : drive.Directory[..^1], IsRoot: true)
            : new(drive, store, path, drive.Directory + string.Join(KeyRules.Separator, names.Select(PathName.Read)), IsRoot: false);
    }

    /// <summary>What is right below.</summary>
    /// <param name="part">The last part of its key.</param>
    public KvLocation Child(string part) => Below(Start + part);

    /// <summary>A place in the directory.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="name">Writes a part of its key as a name; null for how names are usually written.</param>
    public KvLocation Below(string key, Func<string, string>? name = null)
    {
        var path = key[Start.Length..].Split(KeyRules.Separator).Select(name ?? PathName.Of).Aggregate(Path, DrivePath.Join);
        return this with { Path = path, Key = key, IsRoot = false };
    }
}
