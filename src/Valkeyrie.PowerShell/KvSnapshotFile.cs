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

    /// <summary>The full path of the file.</summary>
    public string Path { get; }

    /// <summary>The revision of the snapshot; null if it is unknown, as for etcd while a client writes.</summary>
    public long? Revision { get; }

    /// <summary>The size of the file in bytes.</summary>
    public long Size { get; }

    /// <summary>The address of the store.</summary>
    public string Store { get; }

    /// <summary>The path, for views.</summary>
    [Hidden]
    public string DisplayPath => VisibleText.Of(Path);

    /// <summary>The address of the store, for views.</summary>
    [Hidden]
    public string DisplayStore => VisibleText.Of(Store);

    /// <summary>Gets the path.</summary>
    public override string ToString() => Path;
}
