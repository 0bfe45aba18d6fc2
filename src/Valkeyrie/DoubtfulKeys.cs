using System.Diagnostics;

namespace Valkeyrie;

/// <summary>Keys of a mirror's source of which a write may still reach the destination after later ones: it met a store that was away, and may wait somewhere on its way. They
/// are to be written once more when it has most likely arrived or is lost, and again later.</summary>
internal sealed class DoubtfulKeys
{
    // The time that calls have by default, and one in which connections that were given up are forgotten by both sides.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1)];

    private readonly PriorityQueue<(string Key, int Turn), long> _due = new();
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    /// <summary>True if there are any.</summary>
    public bool Any => _due.Count > 0;

    /// <summary>How long until the first is due; zero if it is.</summary>
    public TimeSpan Rest => _due.TryPeek(out _, out var at) ? TimeSpan.FromTicks(Math.Max(0, at - Now)) : Timeout.InfiniteTimeSpan;

    private static long Now => Stopwatch.GetElapsedTime(0).Ticks;

    /// <summary>Adds a key, unless it is waiting for its first turn already.</summary>
    /// <param name="key">The key.</param>
    public void Add(string key)
    {
        if (_keys.Add(key))
        {
            _due.Enqueue((key, 0), Now + Pauses[0].Ticks);
        }
    }

    /// <summary>Takes a key whose time has come.</summary>
    /// <returns>The key; null where there is none.</returns>
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
