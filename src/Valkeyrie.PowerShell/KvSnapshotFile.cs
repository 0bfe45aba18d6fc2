using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>A snapshot in a file, as Save-KvSnapshot emits it.</summary>
public sealed class KvSnapshotFile
{
    internal KvSnapshotFile(string path, KvSnapshot snapshot, string store)
    {
        Path = path;
        Revision = snapshot.Revision;
        Size = snapshot.Size;
        Store = store;
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>The revision that it shows the store at; null where it is not known, as of etcd while somebody writes.</summary>
    public long? Revision { get; }

    /// <summary>Its size in bytes.</summary>
    public long Size { get; }

    /// <summary>The address of the store that it was taken of.</summary>
    public string Store { get; }

    /// <summary>The path, fit to be shown.</summary>
    [Hidden]
    public string DisplayPath => VisibleText.Of(Path);

    /// <summary>The address of the store, fit to be shown.</summary>
    [Hidden]
    public string DisplayStore => VisibleText.Of(Store);

    /// <summary>The path.</summary>
    public override string ToString() => Path;
}
