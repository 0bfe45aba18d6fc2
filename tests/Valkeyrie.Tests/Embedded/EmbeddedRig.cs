using Valkeyrie.Embedded;
using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.Embedded;

/// <summary>The embedded store under the conformance suite: all stores of one rig use the same file, or the same memory.</summary>
/// <param name="openEngine">Opens the database.</param>
internal sealed class EmbeddedRig(Func<KvStoreOptions, EmbeddedEngine> openEngine) : IStoreRig
{
    public IKvStore Open(KvStoreOptions? options = null)
    {
        options ??= new KvStoreOptions();
        options.Check();
        return EmbeddedStore.Over(openEngine(options));
    }

    public MortalStore OpenMortal()
    {
        var engine = new MortalEngine(openEngine(new KvStoreOptions()));
        return new MortalStore(new RevisionedStore(engine), engine.Kill, engine.Revive, engine);
    }

    public async Task PutRawAsync(byte[] key, byte[] value)
    {
        await using var store = Open();
        await store.PutAsync(KeyCodec.Plain.Decode(key), value);
    }

    public async Task CompactAsync(long revision)
    {
        await using var engine = openEngine(new KvStoreOptions());
        await engine.CompactAsync(revision, CancellationToken.None);
    }

    public async Task<IReadOnlyList<KvPair>> LockKeysAsync(IKvStore store, string key)
    {
        var read = new KvOperation.Read(KvRange.Prefix(LockNames.DirectoryOf(key)));
        var result = await store.GetCapability<IKvTransactions>().CommitAsync(new KvTransaction { Then = [read] });
        return result.Results[0].Pairs;
    }
}
