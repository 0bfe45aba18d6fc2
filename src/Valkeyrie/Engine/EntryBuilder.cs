using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Turns keys that come in the order of their bytes into the entries of a directory. Reads nothing itself.</summary>
/// <remarks>Of <c>app</c>, <c>app-1</c> and <c>app/x</c> the last says that <c>app</c> is a directory too, so a pair is held back for as long as a key in a
/// directory of its name can still come. Those held back begin each with the one before: they are few, however many keys there are.</remarks>
/// <param name="start">What all keys start with: the directory with its last slash, or nothing.</param>
/// <param name="depth">How many levels of directories are looked into.</param>
public sealed class EntryBuilder(string start, int depth)
{
    // No key that lies in the directory of a name, and none before it, has a character from this one on in the place of the slash.
    private const char AfterSeparator = (char)(KeyRules.Separator + 1);

    private readonly List<string> _open = [];
    private readonly List<KvPair> _held = [];

    /// <summary>The directory, with its last slash, whose further keys would add nothing; null if there is none.</summary>
    public string? Skippable { get; private set; }

    /// <summary>True if the key lies in the directory whose further keys would add nothing.</summary>
    public bool IsInSkippable(string key) => Skippable is { } known && key.StartsWith(known, StringComparison.Ordinal);

    /// <summary>Takes note of a key that is not to be shown, outside of a skippable directory.</summary>
    public void Pass() => Skippable = null;

    /// <summary>Takes the next key.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="entries">Gets the entries that are known now.</param>
    public void Add(KvPair pair, List<KvEntry> entries)
    {
        if (Enter(pair.Key, entries))
        {
            _held.Add(pair);
        }
    }

    /// <summary>Takes a directory in its place among the keys, for stores in which it may be empty.</summary>
    /// <param name="directory">The directory, with its last slash.</param>
    /// <param name="entries">Gets the entries that are known now.</param>
    public void AddDirectory(string directory, List<KvEntry> entries) => Enter(directory, entries);

    /// <summary>Takes note that no key is left.</summary>
    /// <param name="entries">Gets the rest of the entries.</param>
    public void End(List<KvEntry> entries)
    {
        while (_held.Count > 0)
        {
            ReleaseLast(entries);
        }
    }

    /// <summary>The entries of all that a stream brings.</summary>
    /// <param name="found">What is found, in the order of its keys.</param>
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

    /// <summary>Opens the directories that a key lies in.</summary>
    /// <returns>True if the key itself lies no deeper than is looked into.</returns>
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
