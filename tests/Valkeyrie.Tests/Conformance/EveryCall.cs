namespace Valkeyrie.Tests.Conformance;

/// <summary>Each call of the contract by name, for promises about all of them.</summary>
public static class EveryCall
{
    private static readonly KvLockOptions NoWait = new() { Timeout = TimeSpan.Zero };

    private static readonly Dictionary<string, Func<IKvStore, string, Task>> WithKey = new()
    {
        ["Put"] = async (store, key) => await store.PutAsync(key, "v"),
        ["TryGet"] = async (store, key) => await store.TryGetAsync(key),
        ["Get"] = async (store, key) => await store.GetAsync(key),
        ["Exists"] = async (store, key) => await store.ExistsAsync(key),
        ["TryDelete"] = async (store, key) => await store.TryDeleteAsync(key),
        ["Delete"] = async (store, key) => await store.DeleteAsync(key),
        ["TryAtomicPut"] = async (store, key) => await store.TryAtomicPutAsync(key, "v".Bytes(), 0),
        ["AtomicPut"] = async (store, key) => await store.AtomicPutAsync(key, "v".Bytes(), 0),
        ["TryAtomicDelete"] = async (store, key) => await store.TryAtomicDeleteAsync(key, 1),
        ["AtomicDelete"] = async (store, key) => await store.AtomicDeleteAsync(key, 1),
        ["Watch"] = async (store, key) => await FirstAsync(store.WatchAsync(key)),
        ["Lock"] = async (store, key) => await (await store.LockAsync(key, NoWait)).DisposeAsync(),
    };

    private static readonly Dictionary<string, Func<IKvStore, string, Task>> WithDirectory = new()
    {
        ["List"] = async (store, path) => await store.ListAllAsync(path),
        ["Count"] = async (store, path) => await store.CountAsync(path),
        ["TryDeleteTree"] = async (store, path) => await store.TryDeleteTreeAsync(path),
        ["DeleteTree"] = async (store, path) => await store.DeleteTreeAsync(path),
        ["WatchTree"] = async (store, path) => await FirstAsync(store.WatchTreeAsync(path)),
    };

    /// <summary>The calls that take a key.</summary>
    public static TheoryData<string> OnKeys => [.. WithKey.Keys];

    /// <summary>The calls that take a directory.</summary>
    public static TheoryData<string> OnDirectories => [.. WithDirectory.Keys];

    /// <summary>All calls except Ping, which has no arguments.</summary>
    public static TheoryData<string> OnPaths => [.. WithKey.Keys, .. WithDirectory.Keys];

    /// <summary>Makes a call on a key or directory. A watch ends after its first event.</summary>
    public static Task MakeAsync(string call, IKvStore store, string path) =>
        (WithKey.TryGetValue(call, out var make) ? make : WithDirectory[call])(store, path);

    private static async Task FirstAsync(IAsyncEnumerable<KvEvent> events)
    {
        await using var one = events.GetAsyncEnumerator();
        await one.MoveNextAsync();
    }
}
