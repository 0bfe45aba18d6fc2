using System;
using System.Reflection;
using System.Threading.Tasks;
using Valkeyrie;

/// <summary>A store that is a cluster with one member, all of whose texts are hostile.</summary>
public class HostileCluster : DispatchProxy
{
    private string _words;

    public static IKvStore Saying(string words)
    {
        var store = Create<IKvStore, HostileCluster>();
        ((HostileCluster)(object)store)._words = words;
        return store;
    }

    protected override object Invoke(MethodInfo method, object[] arguments)
    {
        switch (method.Name)
        {
            case "get_Info":
                return new KvStoreInfo(_words, _words, new[] { _words }, _words, _words, null);
            case "TryGetCapability":
                var capability = method.GetGenericArguments()[0];
                arguments[0] = capability == typeof(IKvMembers) ? HostileMembers.Saying(_words)
                    : capability == typeof(IKvAccess) ? HostileAccess.Saying(_words)
                    : null;
                return arguments[0] != null;
            default:
                throw new NotSupportedException(method.Name);
        }
    }
}

/// <summary>The members of that cluster.</summary>
public class HostileMembers : DispatchProxy
{
    private string _words;

    public static IKvMembers Saying(string words)
    {
        var members = Create<IKvMembers, HostileMembers>();
        ((HostileMembers)(object)members)._words = words;
        return members;
    }

    protected override object Invoke(MethodInfo method, object[] arguments) => method.Name switch
    {
        "ListMembersAsync" => new ValueTask<System.Collections.Generic.IReadOnlyList<KvMember>>(
            new[] { new KvMember(_words) { Name = _words, PeerAddresses = new[] { _words }, ClientAddresses = new[] { _words } } }),
        _ => throw new NotSupportedException(method.Name),
    };
}

/// <summary>The users and roles of that cluster.</summary>
public class HostileAccess : DispatchProxy
{
    private string _words;

    public static IKvAccess Saying(string words)
    {
        var access = Create<IKvAccess, HostileAccess>();
        ((HostileAccess)(object)access)._words = words;
        return access;
    }

    protected override object Invoke(MethodInfo method, object[] arguments) => method.Name switch
    {
        "ListUsersAsync" or "ListRolesAsync" => new ValueTask<System.Collections.Generic.IReadOnlyList<string>>(new[] { _words }),
        _ => throw new NotSupportedException(method.Name),
    };
}
