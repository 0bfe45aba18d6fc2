using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Converts keys in the order of their bytes to the entries of a directory. Reads nothing itself.</summary>
/// <remarks>Of <c>app</c>, <c>app-1</c> and <c>app/x</c> only the last one shows that <c>app</c> is also a directory, so the builder keeps a pair until no key
/// in a directory of its name can follow. Each kept key starts with the one before it: they are few, regardless of the number of keys.</remarks>
/// <param name="start">The common beginning of all keys: the directory with its last slash, or empty.</param>
/// <param name="depth">The number of levels of subdirectories to include.</param>
public sealed class EntryBuilder(string start, int depth)
{
    // No key in the directory of a name, and no key before it, has this or a greater character in the place of the slash.
    private const char AfterSeparator = (char)(KeyRules.Separator + 1);

    private readonly List<string> _open = [];
    private readonly List<KvPair> _held = [];

    /// <summary>The directory, with its last slash, whose further keys add no entry; null if none exists.</summary>
    public string? Skippable { get; private set; }

    /// <summary>Checks whether a key is in the directory whose further keys add no entry.</summary>
    public bool IsInSkippable(string key) => Skippable is { } known && key.StartsWith(known, StringComparison.Ordinal);

    /// <summary>Records a hidden key outside a skippable directory.</summary>
    public void Pass() => Skippable = null;

    /// <summary>Adds the next key.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="entries">Receives the entries that are now complete.</param>
    public void Add(KvPair pair, List<KvEntry> entries)
    {
        if (Enter(pair.Key, entries))
        {
            _held.Add(pair);
        }
    }

    /// <summary>Adds a directory at its place among the keys, for stores with empty directories.</summary>
    /// <param name="directory">The directory, with its last slash.</param>
    /// <param name="entries">Receives the entries that are now complete.</param>
    public void AddDirectory(string directory, List<KvEntry> entries) => Enter(directory, entries);

    /// <summary>Records the end of the keys.</summary>
    /// <param name="entries">Receives the remaining entries.</param>
    public void End(List<KvEntry> entries)
    {
        while (_held.Count > 0)
        {
            ReleaseLast(entries);
        }
    }

    /// <summary>Builds the entries of a stream.</summary>
    /// <param name="found">The items, in the order of their keys.</param>
    /// <param name="add">Adds the keys of an item.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public async IAsyncEnumerable<KvEntry> BuildAsync<T>(
        IAsyncEnumerable<T> found, Func<T, List<KvEntry>, ValueTask> add, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(add);
        var entries = new List<KvEntry>();
        await foreach (var item in found.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await add(item, entries).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                yield return entry;
            }

            entries.Clear();
        }

        End(entries);
        foreach (var entry in entries)
        {
            yield return entry;
        }
    }

    /// <summary>Opens the directories that contain a key.</summary>
    /// <returns>True if the key is within the depth.</returns>
    private bool Enter(string key, List<KvEntry> entries)
    {
        while (_held.Count > 0 && !MayBeDirectory(_held[^1].Key, key))
        {
            ReleaseLast(entries);
        }

        while (_open.Count > 0 && !key.StartsWith(_open[^1], StringComparison.Ordinal))
        {
            _open.RemoveAt(_open.Count - 1);
        }

        var from = _open.Count > 0 ? _open[^1].Length : start.Length;
        while (_open.Count <= depth && key.IndexOf(KeyRules.Separator, from) is >= 0 and var end)
        {
            var path = key[..end];
            entries.Add(new KvEntry(path, TakeHeld(path), IsDirectory: true));
            _open.Add(key[..(end + 1)]);
            from = end + 1;
        }

        Skippable = _open.Count > depth ? _open[^1] : null;
        return Skippable is null;
    }

    private static bool MayBeDirectory(string held, string key) =>
        key.Length > held.Length && key[held.Length] < AfterSeparator && key.StartsWith(held, StringComparison.Ordinal);

    private KvPair? TakeHeld(string path)
    {
        if (_held.Count == 0 || _held[^1].Key != path)
        {
            return null;
        }

        var held = _held[^1];
        _held.RemoveAt(_held.Count - 1);
        return held;
    }

    private void ReleaseLast(List<KvEntry> entries)
    {
        var pair = _held[^1];
        _held.RemoveAt(_held.Count - 1);
        entries.Add(new KvEntry(pair.Key, pair, IsDirectory: false));
    }
}
