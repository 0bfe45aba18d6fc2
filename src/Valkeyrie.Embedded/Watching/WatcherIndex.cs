using System.Runtime.InteropServices;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Watching;

/// <summary>Finds the watches that include a key: watches of single keys by the key's hash, the others by checking each.</summary>
internal sealed class WatcherIndex
{
    private readonly Dictionary<int, List<Watcher>> _ofKeys = [];
    private readonly HashSet<Watcher> _ofRanges = [];

    public int Count { get; private set; }

    public IEnumerable<Watcher> All => _ofRanges.Concat(_ofKeys.Values.SelectMany(w => w));

    public void Add(Watcher watcher)
    {
        Count++;
        if (!IsSingleKey(watcher.Interval))
        {
            _ofRanges.Add(watcher);
            return;
        }

        ref var same = ref CollectionsMarshal.GetValueRefOrAddDefault(_ofKeys, HashOf(watcher.Interval.Start), out _);
        (same ??= []).Add(watcher);
    }

    public void Remove(Watcher watcher)
    {
        Count--;
        if (_ofRanges.Remove(watcher))
        {
            return;
        }

        var hash = HashOf(watcher.Interval.Start);
        var same = _ofKeys[hash];
        same.Remove(watcher);
        if (same.Count == 0)
        {
            _ofKeys.Remove(hash);
        }
    }

    public void ForEach(ReadOnlySpan<byte> key, long position, Action<Watcher, long> found)
    {
        if (_ofKeys.Count > 0 && _ofKeys.TryGetValue(HashOf(key), out var same))
        {
            foreach (var watcher in same)
            {
                if (key.SequenceEqual(watcher.Interval.Start))
                {
                    found(watcher, position);
                }
            }
        }

        foreach (var watcher in _ofRanges)
        {
            if (watcher.Interval.Contains(key))
            {
                found(watcher, position);
            }
        }
    }

    private static bool IsSingleKey(KeyInterval interval) =>
        interval.End is { } end && end.Length == interval.Start.Length + 1 && end[^1] == 0 && end.AsSpan(0, interval.Start.Length).SequenceEqual(interval.Start);

    private static int HashOf(ReadOnlySpan<byte> key)
    {
        var hash = default(HashCode);
        hash.AddBytes(key);
        return hash.ToHashCode();
    }
}
