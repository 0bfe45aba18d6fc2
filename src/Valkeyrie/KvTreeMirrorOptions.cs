namespace Valkeyrie;

/// <summary>Options of a <see cref="KvTreeMirror"/>.</summary>
public sealed record KvTreeMirrorOptions
{
    /// <summary>True to remove from the destination what the source does not hold, and what is removed from the source later. A mirror without a state to resume
    /// refuses a source that holds nothing then. Default: false, nothing is removed.</summary>
    public bool Prune { get; init; }

    /// <summary>True to let keys expire in the destination as in the source: those of one lease get one lease there, which is renewed for as long as the source's
    /// is alive, and so ends at most its time to live after that. Needs <see cref="IKvLeases"/> on both stores. Default: false, keys are written to stay; one that
    /// expires in the source is removed as any other, where <see cref="Prune"/> says so.</summary>
    public bool IncludeTtl { get; init; }

    /// <summary>True to end once the destination holds what the source held at a revision after the beginning. Default: false, until cancelled.</summary>
    public bool Once { get; init; }

    /// <summary>True to go on where the source has another history than before, as after it was restored or emptied: all is compared, and with <see cref="Prune"/> what the
    /// source no longer holds is removed. Default: false, the mirror ends with <see cref="KvHistoryChangedException"/>.</summary>
    public bool AcceptNewHistory { get; init; }

    /// <summary>Where an earlier run stopped, to go on without a comparison where that is safe; null (the default) to begin with one.</summary>
    public KvTreeMirrorState? Resume { get; init; }

    /// <summary>Called, on any thread and never twice at once, with the state to resume from: before anything is written, then at most once a second while changes are
    /// made, and at the end. Null (the default): nothing is called. An exception from it ends the mirror.</summary>
    public Func<KvTreeMirrorState, ValueTask>? Save { get; init; }

    /// <summary>Called, on any thread, each time that the mirror enters another <see cref="KvTreeMirrorPhase"/>. Null (the default): nothing is called.</summary>
    public Action<KvTreeMirrorStatus>? PhaseChanged { get; init; }

    /// <summary>The most writes on their way at once, at least 1. Default: 1024.</summary>
    public int InFlight { get; init; } = 1024;
}
