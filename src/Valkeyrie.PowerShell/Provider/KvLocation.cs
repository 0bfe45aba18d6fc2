using Valkeyrie.Engine;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>A place in a store, found by a path.</summary>
/// <param name="Drive">The drive.</param>
/// <param name="Store">Its store.</param>
/// <param name="Path">The provider's path.</param>
/// <param name="Key">The key, which is also the directory without its last slash. For a root, the name of its directory.</param>
/// <param name="IsRoot">True for the root of the drive, which always exists and has no value.</param>
internal sealed record KvLocation(KvDriveInfo Drive, IKvStore Store, string Path, string Key, bool IsRoot)
{
    /// <summary>The directory with its last slash; empty for all keys.</summary>
    public string Start => IsRoot ? Drive.Directory : Key + KeyRules.Separator;

    /// <summary>The keys in the directory.</summary>
    public KvRange Range => Start.Length == 0 ? KvRange.All : KvRange.Directory(Start);

    /// <summary>The last part of the key.</summary>
    public string Name => Key[(Key.LastIndexOf(KeyRules.Separator) + 1)..];

    /// <summary>The directories capability of the store.</summary>
    public IKvDirectories Directories => ListedDirectories.Of(Store);

    /// <summary>Gets the location of a path on a drive.</summary>
    public static KvLocation At(KvDriveInfo drive, IKvStore store, IReadOnlyList<string> names)
    {
        var path = names.Select(PathName.Canonical).Aggregate(drive.Root, DrivePath.Join);
        return names.Count == 0
            ? new(drive, store, path, drive.Directory.Length == 0 ? "" : drive.Directory[..^1], IsRoot: true)
            : new(drive, store, path, drive.Directory + string.Join(KeyRules.Separator, names.Select(PathName.Read)), IsRoot: false);
    }

    /// <summary>Gets a location directly below this one.</summary>
    /// <param name="part">The last part of its key.</param>
    public KvLocation Child(string part) => Below(Start + part);

    /// <summary>Gets a location in the directory.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="name">Converts a part of the key to a name; null for the usual conversion.</param>
    public KvLocation Below(string key, Func<string, string>? name = null)
    {
        var path = key[Start.Length..].Split(KeyRules.Separator).Select(name ?? PathName.Of).Aggregate(Path, DrivePath.Join);
        return this with { Path = path, Key = key, IsRoot = false };
    }
}
