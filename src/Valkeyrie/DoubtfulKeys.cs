using System.Diagnostics;

namespace Valkeyrie;

/// <summary>Source keys of a mirror whose writes may still arrive late: they were sent while the destination was unreachable, and the network may hold them
/// back. Each is written again after the first write has most likely arrived or is lost, and once more later.</summary>
internal sealed class DoubtfulKeys
{
    // The default timeout of calls; then a time after which both sides have forgotten abandoned connections.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1)];

    private readonly PriorityQueue<(string Key, int Turn), long> _due = new();
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    /// <summary>True if any key waits.</summary>
    public bool Any => _due.Count > 0;

    /// <summary>The time until the first key is due; zero if it is due now.</summary>
    public TimeSpan Rest => _due.TryPeek(out _, out var at) ? TimeSpan.FromTicks(Math.Max(0, at - Now)) : Timeout.InfiniteTimeSpan;

    private static long Now => Stopwatch.GetElapsedTime(0).Ticks;

    /// <summary>Adds a key, unless it already waits for its first repetition.</summary>
    /// <param name="key">The key.</param>
    public void Add(string key)
    {
        if (_keys.Add(key))
        {
            _due.Enqueue((key, 0), Now + Pauses[0].Ticks);
        }
    }

    /// <summary>Removes and returns a key that is due.</summary>
    /// <returns>The key; null if none is due.</returns>
    public string? TakeDue()
    {
        if (!_due.TryPeek(out var first, out var at) || at > Now)
        {
            return null;
        }

        _due.Dequeue();
        if (first.Turn == 0)
        {
            _keys.Remove(first.Key);
        }

        if (first.Turn + 1 < Pauses.Length)
        {
            _due.Enqueue((first.Key, first.Turn + 1), Now + Pauses[first.Turn + 1].Ticks);
        }

        return first.Key;
    }
}
