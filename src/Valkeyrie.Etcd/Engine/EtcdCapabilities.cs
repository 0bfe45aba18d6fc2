using System.Collections.Concurrent;

namespace Valkeyrie.Etcd.Engine;

/// <summary>Capabilities of etcd stores that other assemblies bring, which are loaded when one is first asked for.</summary>
public static class EtcdCapabilities
{
    private static readonly ConcurrentDictionary<Type, Func<IEtcdCalls, KvStoreInfo, object>> Makers = new();

    /// <summary>Registers what makes a capability of a store of etcd APIv3, in place of what did so before.</summary>
    /// <param name="make">Makes it of the store's calls. Called when the capability is asked for.</param>
    /// <typeparam name="TCapability">The capability.</typeparam>
    public static void Register<TCapability>(Func<IEtcdCalls, KvStoreInfo, TCapability> make) where TCapability : class => Makers[typeof(TCapability)] = make;

    /// <summary>Registers capabilities whose assembly is loaded only when one of them is first asked for.</summary>
    /// <param name="register">Registers all of them by <see cref="Register"/>.</param>
    /// <param name="capabilities">The capabilities.</param>
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

    /// <summary>The capability of a store; null if nothing makes it.</summary>
    internal static TCapability? Make<TCapability>(IEtcdCalls calls, KvStoreInfo info) where TCapability : class =>
        Makers.TryGetValue(typeof(TCapability), out var make) ? (TCapability)make(calls, info) : null;
}
