using System.Collections.Immutable;

namespace Valkeyrie.Tests.Conformance;

/// <summary>What not every kind of store can do, as far as the suite asks.</summary>
[Flags]
public enum StoreTraits
{
    /// <summary>Older revisions can be read and replayed however many there are, and compacted away; <see cref="IKvHistory"/>.</summary>
    History = 1,

    /// <summary>Values may be any bytes, not only text.</summary>
    BinaryValues = 2,

    /// <summary>Keys are used as they are written: <c>/a</c>, <c>a</c>, <c>a/b</c> and <c>a//b</c> are keys of their own, beside each other.</summary>
    KeysAsWritten = 4,

    /// <summary>Others can store keys that are not valid UTF-8.</summary>
    InvalidKeys = 8,

    /// <summary><see cref="IKvTransactions"/>.</summary>
    Transactions = 16,

    /// <summary><see cref="IKvLeases"/>; what is kept alive stands on leases and is itself not touched.</summary>
    Leases = 32,

    /// <summary>Contenders for a lock line up with keys of their own.</summary>
    LockQueue = 64,

    /// <summary>A pair tells how often it was written, and a put leaves alone when it was created.</summary>
    Versions = 128,
}

/// <summary>A kind of store under test: how to open it, and what can be done to it behind its back.</summary>
public interface IStoreRig
{
    /// <summary>What this kind of store cannot do, and why: the reason why a test about it is skipped.</summary>
    IReadOnlyDictionary<StoreTraits, string> Lacks => ImmutableDictionary<StoreTraits, string>.Empty;

    /// <summary>Opens a store. All that one rig opens hold the same keys.</summary>
    IKvStore Open(KvStoreOptions? options = null);

    /// <summary>Opens a store that can be cut off for good, as if its process had been killed.</summary>
    MortalStore OpenMortal();

    /// <summary>Stores a key of any bytes. Only with <see cref="StoreTraits.InvalidKeys"/>.</summary>
    Task PutRawAsync(byte[] key, byte[] value);

    /// <summary>Forgets the history before a revision, for all keys. Only with <see cref="StoreTraits.History"/>.</summary>
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
