namespace Valkeyrie.Tests.Conformance;

/// <summary>A kind of store under test: how to open it, and what can be done to it behind its back.</summary>
public interface IStoreRig
{
    /// <summary>Opens a store. All that one rig opens hold the same keys.</summary>
    IKvStore Open(KvStoreOptions? options = null);

    /// <summary>Opens a store that can be cut off for good, as if its process had been killed.</summary>
    MortalStore OpenMortal();

    /// <summary>Stores a key of any bytes. Only with <see cref="KvPromises.KeysOfAnyBytes"/>.</summary>
    Task PutRawAsync(byte[] key, byte[] value);

    /// <summary>Forgets the history before a revision, for all keys. Only with <see cref="KvPromises.History"/>.</summary>
    Task CompactAsync(long revision);

    /// <summary>The keys that the lock of a key is made of now.</summary>
    Task<IReadOnlyList<KvPair>> LockKeysAsync(IKvStore store, string key);
}

/// <summary>A store that can be cut off for good.</summary>
public sealed class MortalStore(IKvStore store, Action kill, IAsyncDisposable way) : IAsyncDisposable
{
    public IKvStore Store { get; } = store;

    /// <summary>Cuts it off. Nothing that it sends arrives any more.</summary>
    public void Kill() => kill();

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await way.DisposeAsync();
    }
}
