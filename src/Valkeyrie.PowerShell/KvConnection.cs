using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>An open store as Connect-KvStore gives it. Holds no password.</summary>
public sealed class KvConnection
{
    private readonly Func<IKvStore, bool> _isCurrent;

    internal KvConnection(string name, IKvStore store, int? apiVersion, string serverVersion, Func<IKvStore, bool> isCurrent)
    {
        _isCurrent = isCurrent;
        Name = name;
        Store = store;
        ApiVersion = apiVersion;
        ServerVersion = serverVersion;
    }

    private KvConnection(KvConnection connection, KvStoreState state, string? reason)
        : this(connection.Name, connection.Store, connection.ApiVersion, connection.ServerVersion, connection._isCurrent)
    {
        State = state;
        Reason = reason;
    }

    /// <summary>What -Store finds it by.</summary>
    public string Name { get; }

    /// <summary>Scheme and endpoints as one line, as errors name it.</summary>
    public string Address => Store.Info.Address;

    /// <summary>The endpoints as URLs.</summary>
    public IReadOnlyList<string> Endpoints => Store.Info.Endpoints;

    /// <summary>The version of etcd's API; null for another kind of store.</summary>
    public int? ApiVersion { get; }

    /// <summary>The server's version when the connection was made.</summary>
    public string ServerVersion { get; }

    /// <summary>The prefix put before every key and taken off again; empty for none.</summary>
    public string Namespace => Store.Info.Namespace;

    /// <summary>The user; null for none.</summary>
    public string? User => Store.Info.UserName;

    /// <summary>What this kind of store promises beyond what all of them do.</summary>
    public KvPromises Promises => Store.Info.Promises;

    /// <summary>True if commands of this session use it by default, without -Store.</summary>
    public bool IsCurrent => _isCurrent(Store);

    /// <summary>Whether the store served when this object was made: by Connect-KvStore, which has just asked it, or by Get-KvStore.</summary>
    public KvStoreState State { get; }

    /// <summary>Why it did not; null where it did.</summary>
    public string? Reason { get; }

    /// <summary>The store itself, for .NET code.</summary>
    public IKvStore Store { get; }

    /// <summary>The name, for views.</summary>
    [Hidden]
    public string DisplayName => VisibleText.Of(Name);

    /// <summary>The address, for views.</summary>
    [Hidden]
    public string DisplayAddress => VisibleText.Of(Address);

    /// <summary>The endpoints in one line, for views.</summary>
    [Hidden]
    public string DisplayEndpoints => VisibleText.Of(string.Join(", ", Endpoints));

    /// <summary>The server's version, for views.</summary>
    [Hidden]
    public string DisplayServerVersion => VisibleText.Of(ServerVersion);

    /// <summary>The namespace, for views.</summary>
    [Hidden]
    public string DisplayNamespace => VisibleText.Of(Namespace);

    /// <summary>Why it did not serve, for views.</summary>
    [Hidden]
    public string DisplayReason => VisibleText.Of(Reason);

    /// <summary>The user, for views.</summary>
    [Hidden]
    public string DisplayUser => VisibleText.Of(User);

    /// <summary>The same connection, as it is found now.</summary>
    internal KvConnection In(KvStoreState state, string? reason = null) => new(this, state, reason);

    /// <summary>The name, so that the object also serves where a name is wanted.</summary>
    public override string ToString() => Name;
}
