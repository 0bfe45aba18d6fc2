using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>A drive that shows the keys of a store, or of one of its directories.</summary>
/// <remarks>Its root is the name of the drive, so the provider's path of an item, as in PSPath, is sufficient to find the drive and its
/// store. <see cref="Directory"/> states which keys the drive shows.</remarks>
public sealed class KvDriveInfo : PSDriveInfo
{
    /// <summary>The drive that every session has.</summary>
    internal const string DefaultName = "kv";

    internal KvDriveInfo(string name, ProviderInfo provider, string root, string directory, IKvStore? store, string description, string shownAs)
        : base(name, provider, root, description, PSCredential.Empty, shownAs)
    {
        Directory = directory;
        Store = store;
    }

    /// <summary>The directory of the drive with a slash at the end; empty for all keys.</summary>
    public string Directory { get; }

    /// <summary>The directory, for views.</summary>
    [Hidden]
    public string DisplayDirectory => VisibleText.Of(Directory);

    /// <summary>The store; null for the current store of the session at the time of each use.</summary>
    public IKvStore? Store { get; }
}
