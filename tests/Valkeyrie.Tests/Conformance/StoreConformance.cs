using System.Runtime.CompilerServices;

namespace Valkeyrie.Tests.Conformance;

/// <summary>The requirements for every store, divided by theme into the classes that derive from this one. A kind of store passes the suite by
/// deriving from each of them with its own rig.</summary>
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

    /// <summary>The promises of the store under test, which it must keep.</summary>
    protected KvPromises Promises => Store.Info.Promises;

    /// <summary>A directory that no other test uses, so all tests can share one server.</summary>
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

    /// <summary>Opens another store on the same keys, which is closed when the test ends.</summary>
    protected IKvStore Open(KvStoreOptions? options = null)
    {
        var store = Rig.Open(options);
        _opened.Add(store);
        return store;
    }

    /// <summary>Opens a store that can be cut off, which is closed when the test ends.</summary>
    protected MortalStore OpenMortal()
    {
        var store = Rig.OpenMortal();
        _opened.Add(store);
        return store;
    }

    /// <summary>Begins to watch the test's own directory, and returns when the watch has certainly begun.</summary>
    internal async Task<RunningWatch> WatchRootAsync(KvWatchOptions? options = null)
    {
        // The last key in order: a store that reads its tree in parts has then read all of it.
        await Store.PutAsync(At("~begun"), "");
        var watching = RunningWatch.Tree(Store, Root, options);
        await watching.UntilAsync(e => e.Key == At("~begun"));
        return watching;
    }

    /// <summary>A key below another one, if the store allows it; otherwise a key next to it that starts with the same characters.</summary>
    protected string Near(string key) => At(Promises.KeysAsWritten ? $"{key}/b" : $"{key}-b");

    /// <summary>Selects the names that the store accepts from names of any text.</summary>
    protected IEnumerable<string> Storable(IEnumerable<string> names) =>
        Promises.KeysOfAnyText ? names : names.Where(n => !n.Any(c => char.IsControl(c) || char.IsSurrogate(c)));

    /// <summary>Skips the test on stores without the promise that it checks. Only a missing promise excuses a store.</summary>
    protected void Require(Func<KvPromises, bool> promise, [CallerArgumentExpression(nameof(promise))] string what = "") =>
        Assert.SkipUnless(promise(Promises), $"The store '{Store.Info.Scheme}' does not promise {what[(what.IndexOf('.', StringComparison.Ordinal) + 1)..]}.");

    /// <summary>Returns when a lock has this many keys: the holder's and one for each contender. In a store without such a queue there is
    /// only the holder's, and the waiting contenders are invisible.</summary>
    protected Task UntilLockKeysAsync(string key, int count)
    {
        var expected = Promises.LocksInOrder ? count : Math.Min(count, 1);
        return Patience.UntilAsync(async () => (await Rig.LockKeysAsync(Store, key)).Count == expected, $"{expected} keys of the lock of {key}");
    }
}
