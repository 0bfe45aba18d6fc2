namespace Valkeyrie.Tests.Conformance;

/// <summary>A kind of store under test: opens stores, and changes them without the store's own calls.</summary>
public interface IStoreRig
{
    /// <summary>Opens a store. All stores of one rig have the same keys.</summary>
    IKvStore Open(KvStoreOptions? options = null);

    /// <summary>Opens a store that can be cut off, as if its process had been killed.</summary>
    MortalStore OpenMortal();

    /// <summary>Stores a key of arbitrary bytes. Only with <see cref="KvPromises.KeysOfAnyBytes"/>.</summary>
    Task PutRawAsync(byte[] key, byte[] value);

    /// <summary>Compacts the history of all keys before a revision. Only with <see cref="KvPromises.History"/>.</summary>
    Task CompactAsync(long revision);

    /// <summary>Gets the current lock keys of a key.</summary>
    Task<IReadOnlyList<KvPair>> LockKeysAsync(IKvStore store, string key);
}

/// <summary>A store that can be cut off, permanently or for a time.</summary>
public sealed class MortalStore(IKvStore store, Action kill, Action revive, IAsyncDisposable way) : IAsyncDisposable
{
    public IKvStore Store { get; } = store;

    /// <summary>Cuts it off. Its requests no longer arrive.</summary>
    public void Kill() => kill();

    /// <summary>Ends an interruption.</summary>
    public void Revive() => revive();

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await way.DisposeAsync();
    }
}
