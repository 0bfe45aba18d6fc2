using System.Runtime.CompilerServices;

namespace Valkeyrie.Tests.Conformance;

/// <summary>What every store must hold, split by theme into the classes that derive from this one. A kind of store passes the suite by
/// deriving from each of those with a rig of its own.</summary>
public abstract class StoreConformance : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _opened = [];

    protected StoreConformance(IStoreRig rig)
    {
        Rig = rig;
        Store = Open();
    }

    protected IStoreRig Rig { get; }

    /// <summary>The store under test.</summary>
    protected IKvStore Store { get; }

    /// <summary>What the store under test says that it promises, and is held to.</summary>
    protected KvPromises Promises => Store.Info.Promises;

    /// <summary>A directory that no other test uses, so that all can share one server.</summary>
    protected string Root { get; } = $"test-{Guid.NewGuid():n}";

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened)
        {
            await opened.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>A key in the test's own directory.</summary>
    protected string At(string name) => $"{Root}/{name}";

    /// <summary>Opens a further store on the same keys, closed when the test ends.</summary>
    protected IKvStore Open(KvStoreOptions? options = null)
    {
        var store = Rig.Open(options);
        _opened.Add(store);
        return store;
    }

    /// <summary>Opens a store that can be cut off, closed when the test ends.</summary>
    protected MortalStore OpenMortal()
    {
        var store = Rig.OpenMortal();
        _opened.Add(store);
        return store;
    }

    /// <summary>Begins to follow the test's own directory, and returns when the watch has begun for certain.</summary>
    internal async Task<RunningWatch> WatchRootAsync(KvWatchOptions? options = null)
    {
        // The last key in order: a store that reads its tree bit by bit has then read it all.
        await Store.PutAsync(At("~begun"), "");
        var watching = RunningWatch.Tree(Store, Root, options);
        await watching.UntilAsync(e => e.Key == At("~begun"));
        return watching;
    }

    /// <summary>A key below another one, where a store lets a key have those; else one beside it that starts with the same characters.</summary>
    protected string Near(string key) => At(Promises.KeysAsWritten ? $"{key}/b" : $"{key}-b");

    /// <summary>The names that the store takes of those of any text.</summary>
    protected IEnumerable<string> Storable(IEnumerable<string> names) =>
        Promises.KeysOfAnyText ? names : names.Where(n => !n.Any(c => char.IsControl(c) || char.IsSurrogate(c)));

    /// <summary>Skips the test on stores that do not promise what it is about. Only what a promise itself leaves open is excused so.</summary>
    protected void Require(Func<KvPromises, bool> promise, [CallerArgumentExpression(nameof(promise))] string what = "") =>
        Assert.SkipUnless(promise(Promises), $"The store '{Store.Info.Scheme}' does not promise {what[(what.IndexOf('.', StringComparison.Ordinal) + 1)..]}.");

    /// <summary>Returns once a lock is made of this many keys, its holder's and one for each contender; where those do not line up there is
    /// only the holder's, and who waits cannot be seen.</summary>
    protected Task UntilLockKeysAsync(string key, int count)
    {
        var expected = Promises.LocksInOrder ? count : Math.Min(count, 1);
        return Patience.UntilAsync(async () => (await Rig.LockKeysAsync(Store, key)).Count == expected, $"{expected} keys of the lock of {key}");
    }
}
