using System;
using System.Reflection;
using Valkeyrie;

/// <summary>A third-party store, all of whose texts are hostile.</summary>
public class HostileStore : DispatchProxy
{
    private string _words;

    public static IKvStore Saying(string words)
    {
        var store = Create<IKvStore, HostileStore>();
        ((HostileStore)(object)store)._words = words;
        return store;
    }

    protected override object Invoke(MethodInfo method, object[] arguments) => method.Name switch
    {
        "get_Info" => new KvStoreInfo(_words, _words, new[] { _words }, _words, _words, null),
        "DisposeAsync" => default(System.Threading.Tasks.ValueTask),
        _ => throw new KvUnreachableException(KvUnreachableReason.Protocol, _words, new InvalidOperationException(_words)) { Endpoint = _words },
    };
}
