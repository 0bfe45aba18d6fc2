using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>A drive that shows the keys of a store, or of one of its directories.</summary>
/// <remarks>Its root is the drive's own name, so that the provider's path of an item alone, as PSPath holds it, leads back to the drive and its
/// store. Which keys it shows stands in <see cref="Directory"/>.</remarks>
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

    /// <summary>What the keys that it shows begin with: a directory with its last slash; empty for all keys.</summary>
    public string Directory { get; }

    /// <summary>The same, for views.</summary>
    [Hidden]
    public string DisplayDirectory => VisibleText.Of(Directory);

    /// <summary>The store; null for the one that is current in the session whenever the drive is used.</summary>
    public IKvStore? Store { get; }
}
