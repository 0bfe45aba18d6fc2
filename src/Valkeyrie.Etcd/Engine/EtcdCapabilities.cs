using System.Collections.Concurrent;

namespace Valkeyrie.Etcd.Engine;

/// <summary>Registers capabilities of etcd stores from other assemblies, which are loaded when a capability is first requested.</summary>
public static class EtcdCapabilities
{
    private static readonly ConcurrentDictionary<Type, Func<IEtcdCalls, KvStoreInfo, object>> Makers = new();

    /// <summary>Registers the function that creates a capability of an etcd v3 store. It replaces an earlier one.</summary>
    /// <param name="make">Creates the capability from the store's calls. Called when the capability is requested.</param>
    /// <typeparam name="TCapability">The capability's interface.</typeparam>
    public static void Register<TCapability>(Func<IEtcdCalls, KvStoreInfo, TCapability> make) where TCapability : class => Makers[typeof(TCapability)] = make;

    /// <summary>Registers capabilities whose assembly is loaded only when one of them is first requested.</summary>
    /// <param name="register">Calls <see cref="Register"/> for all of them.</param>
    /// <param name="capabilities">The capabilities' interfaces.</param>
    public static void RegisterWhenAsked(Action register, params Type[] capabilities)
    {
        ArgumentNullException.ThrowIfNull(register);
        ArgumentNullException.ThrowIfNull(capabilities);
        foreach (var capability in capabilities)
        {
            Makers.TryAdd(capability, MakeRegistered);

            object MakeRegistered(IEtcdCalls calls, KvStoreInfo info)
            {
                register();
                return Makers.TryGetValue(capability, out var make) && make != MakeRegistered
                    ? make(calls, info)
                    : throw new InvalidOperationException($"The assembly for the capability '{capability}' did not register it.");
            }
        }
    }

    /// <summary>Creates the capability of a store; null if none is registered.</summary>
    internal static TCapability? Make<TCapability>(IEtcdCalls calls, KvStoreInfo info) where TCapability : class =>
        Makers.TryGetValue(typeof(TCapability), out var make) ? (TCapability)make(calls, info) : null;
}
