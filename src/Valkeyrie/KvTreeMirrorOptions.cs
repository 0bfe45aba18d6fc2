namespace Valkeyrie;

/// <summary>Options of a <see cref="KvTreeMirror"/>.</summary>
public sealed record KvTreeMirrorOptions
{
    /// <summary>True to remove keys that the destination has and the source does not, at the beginning and whenever the source removes one. A mirror without a
    /// state to resume then refuses an empty source. Default: false, nothing is removed.</summary>
    public bool Prune { get; init; }

    /// <summary>True to let keys expire in the destination as in the source. Keys of one lease share a lease in the destination, which is renewed while the
    /// source's lease exists, and so ends at most its time to live later. Requires <see cref="IKvLeases"/> on both stores. Default: false: keys are written
    /// without a time to live, and a key that expires in the source is removed only with <see cref="Prune"/>, like any other.</summary>
    public bool IncludeTtl { get; init; }

    /// <summary>True to end when the destination has caught up with a revision of the source after the beginning. Default: false, until cancelled.</summary>
    public bool Once { get; init; }

    /// <summary>True to continue if the source has another history than before, for example because it was restored or emptied: the mirror compares again and,
    /// with <see cref="Prune"/>, removes keys that the source no longer has. Default: false, the mirror ends with
    /// <see cref="KvHistoryChangedException"/>.</summary>
    public bool AcceptNewHistory { get; init; }

    /// <summary>The state of an earlier run, to resume without a comparison if that is safe. Default: null, begin with a comparison.</summary>
    public KvTreeMirrorState? Resume { get; init; }

    /// <summary>Called with the state to resume from, on any thread and one call at a time: before the first write, then at most once per second during
    /// changes, and at the end. An exception from it ends the mirror. Default: null, no callback.</summary>
    public Func<KvTreeMirrorState, ValueTask>? Save { get; init; }

    /// <summary>Called, on any thread, each time the mirror enters another <see cref="KvTreeMirrorPhase"/>. Default: null, no callback.</summary>
    public Action<KvTreeMirrorStatus>? PhaseChanged { get; init; }

    /// <summary>The maximum number of writes under way at once, from 1. Default: 1024.</summary>
    public int InFlight { get; init; } = 1024;
}
