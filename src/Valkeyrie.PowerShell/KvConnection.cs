using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>An open store, as Connect-KvStore emits it. It contains no password.</summary>
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

    /// <summary>The name for -Store.</summary>
    public string Name { get; }

    /// <summary>The scheme and the endpoints in one line, as in errors.</summary>
    public string Address => Store.Info.Address;

    /// <summary>The endpoints as URLs.</summary>
    public IReadOnlyList<string> Endpoints => Store.Info.Endpoints;

    /// <summary>The version of etcd's API; null for other stores.</summary>
    public int? ApiVersion { get; }

    /// <summary>The version of the server at the time of connecting.</summary>
    public string ServerVersion { get; }

    /// <summary>The prefix that the store adds to every key and removes again; empty for none.</summary>
    public string Namespace => Store.Info.Namespace;

    /// <summary>The user; null for none.</summary>
    public string? User => Store.Info.UserName;

    /// <summary>The promises of the store beyond the contract.</summary>
    public KvPromises Promises => Store.Info.Promises;

    /// <summary>True if the commands of this session use the store by default, without -Store.</summary>
    public bool IsCurrent => _isCurrent(Store);

    /// <summary>The state of the store when Connect-KvStore or Get-KvStore created this object.</summary>
    public KvStoreState State { get; }

    /// <summary>The reason if the store did not serve; otherwise null.</summary>
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

    /// <summary>The version of the server, for views.</summary>
    [Hidden]
    public string DisplayServerVersion => VisibleText.Of(ServerVersion);

    /// <summary>The namespace, for views.</summary>
    [Hidden]
    public string DisplayNamespace => VisibleText.Of(Namespace);

    /// <summary>The reason, for views.</summary>
    [Hidden]
    public string DisplayReason => VisibleText.Of(Reason);

    /// <summary>The user, for views.</summary>
    [Hidden]
    public string DisplayUser => VisibleText.Of(User);

    /// <summary>Creates a copy of the connection with its current state.</summary>
    internal KvConnection In(KvStoreState state, string? reason = null) => new(this, state, reason);

    /// <summary>Gets the name, so the object can be used as an argument that expects a name.</summary>
    public override string ToString() => Name;
}
